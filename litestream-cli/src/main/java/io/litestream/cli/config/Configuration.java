package io.litestream.cli.config;

import io.litestream.core.DatabaseOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a configuration file says.
 *
 * @param exec the command to run beside replication
 * @param monitoring how a process that replicates can be watched
 * @param control how it can be controlled
 * @param databases in the order of the file, paths all different
 * @param directories whose databases are all replicated, those under {@code databases} excepted
 */
public record Configuration(
    Optional<String> exec,
    LogSettings logging,
    Monitoring monitoring,
    ControlSettings control,
    List<DatabaseOptions> databases,
    List<DatabaseDirectory> directories) {

  public Configuration {
    databases = List.copyOf(databases);
    directories = List.copyOf(directories);
  }

  /** These databases, and what holds if nothing is said: for commands without a file. */
  public static Configuration of(DatabaseOptions... databases) {
    return new Configuration(
        Optional.empty(),
        LogSettings.WITHOUT_FILE,
        Monitoring.DEFAULT,
        ControlSettings.OFF,
        List.of(databases),
        List.of());
  }

  /** Whether there is nothing to replicate, now or later. */
  public boolean isEmpty() {
    return databases.isEmpty() && directories.isEmpty() && !control.enabled();
  }

  /**
   * All databases: those that are named, and those that are in the directories now.
   *
   * @throws IOException if a directory cannot be read
   */
  public List<DatabaseOptions> presentDatabases() throws IOException {
    Map<Path, DatabaseOptions> all = new LinkedHashMap<>();
    databases.forEach(database -> all.put(database.path(), database));
    for (DatabaseDirectory directory : directories) {
      directory.scan().forEach(database -> all.putIfAbsent(database.path(), database));
    }
    return List.copyOf(all.values());
  }

  /** The database of that path, which may be relative. */
  public Optional<DatabaseOptions> database(Path path) {
    Path absolute = path.toAbsolutePath().normalize();
    return databases.stream()
        .filter(database -> database.path().equals(absolute))
        .findFirst()
        .or(() -> directories.stream().flatMap(d -> d.database(absolute).stream()).findFirst());
  }
}
