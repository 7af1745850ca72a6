package io.litestream.cli;

import io.litestream.cli.config.Configuration;
import io.litestream.cli.config.LogSettings;
import io.litestream.core.DatabaseOptions;
import io.litestream.core.ReplicaOptions;
import io.litestream.core.ReplicaStores;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The replicas that a command's argument leads to.
 *
 * @param configured the database in the configuration file, if the argument is a path and not a URL
 */
record Selection(
    Optional<DatabaseOptions> configured, List<ReplicaOptions> replicas, LogSettings logging) {

  /** The configured database's path. */
  Optional<Path> database() {
    return configured.map(DatabaseOptions::path);
  }

  /**
   * Resolves an argument: a replica's URL stands for itself, a database's path for the replicas
   * that the configuration file has for it.
   *
   * @param replica only the one of that name
   */
  static Selection of(
      List<String> arguments,
      ConfigOptions config,
      @Nullable String replica,
      Surroundings surroundings)
      throws IOException {
    if (arguments.isEmpty() || arguments.get(0).isEmpty()) {
      throw new CommandException("database path or replica URL required");
    }
    if (arguments.size() > 1) {
      throw new CommandException("too many arguments");
    }
    String argument = arguments.get(0);
    if (ReplicaStores.isUrl(argument)) {
      if (config.isGiven()) {
        throw new CommandException("cannot specify a replica URL and the -config flag");
      }
      ReplicaOptions options = ReplicaOptions.of(argument);
      return new Selection(
          Optional.empty(),
          filter(List.of(options), replica, "at that URL"),
          LogSettings.WITHOUT_FILE);
    }
    Configuration configuration = config.read(surroundings);
    Path path = surroundings.paths().resolve(argument);
    DatabaseOptions database =
        configuration
            .database(path)
            .orElseThrow(() -> new CommandException("database not found in config: " + path));
    return new Selection(
        Optional.of(database),
        filter(database.replicas(), replica, "for database \"" + path + "\""),
        configuration.logging());
  }

  private static List<ReplicaOptions> filter(
      List<ReplicaOptions> replicas, @Nullable String name, String where) throws CommandException {
    if (name == null || name.isEmpty()) {
      return replicas;
    }
    List<ReplicaOptions> named = replicas.stream().filter(r -> r.name().equals(name)).toList();
    if (named.isEmpty()) {
      throw new CommandException(
          "replica \""
              + name
              + "\" not found "
              + where
              + "; there are: "
              + String.join(", ", replicas.stream().map(ReplicaOptions::name).toList()));
    }
    return named;
  }
}
