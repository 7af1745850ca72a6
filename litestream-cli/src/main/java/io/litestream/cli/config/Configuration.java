package io.litestream.cli.config;

import io.litestream.core.DatabaseOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a configuration file says.
 *
 * @param exec the command to run beside replication
 * @param monitoring how a process that replicates can be watched
 * @param databases in the order of the file, paths all different
 */
public record Configuration(
    Optional<String> exec,
    LogSettings logging,
    Monitoring monitoring,
    List<DatabaseOptions> databases) {

  public Configuration {
    databases = List.copyOf(databases);
  }

  /** The database of that path, which may be relative. */
  public Optional<DatabaseOptions> database(Path path) {
    Path absolute = path.toAbsolutePath().normalize();
    return databases.stream().filter(database -> database.path().equals(absolute)).findFirst();
  }
}
