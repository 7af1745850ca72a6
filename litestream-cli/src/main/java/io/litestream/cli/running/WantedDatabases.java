package io.litestream.cli.running;

import io.litestream.cli.config.Configuration;
import io.litestream.core.DatabaseOptions;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which databases a process is to replicate: those of its configuration, those that were registered
 * by hand, without those that were stopped by hand. Whether they are replicated, and can be, is not
 * known here. Changed by one thread at a time, read by any.
 */
final class WantedDatabases {

  private final Map<Path, DatabaseOptions> registered = new ConcurrentHashMap<>();
  private final Set<Path> stopped = ConcurrentHashMap.newKeySet();
  private volatile Configuration configuration;

  WantedDatabases(Configuration configuration) {
    this.configuration = configuration;
  }

  /** The configuration that is in effect. */
  Configuration configuration() {
    return configuration;
  }

  /** What follows from another configuration; nothing is changed yet. */
  ReloadPlan planFor(Configuration wanted, Map<Path, DatabaseOptions> running) {
    return ReloadPlan.compute(configuration, wanted, running, registered.keySet(), stopped);
  }

  /** Puts another configuration into effect. */
  void adopt(Configuration wanted) {
    configuration = wanted;
    // The configuration has them now, or nobody.
    registered.keySet().removeIf(path -> wanted.database(path).isPresent());
    stopped.removeIf(path -> find(path).isEmpty());
  }

  /** One that is registered, or that the configuration names: it is to be there. */
  Optional<DatabaseOptions> named(Path path) {
    return Optional.ofNullable(registered.get(path))
        .or(
            () ->
                configuration.databases().stream()
                    .filter(named -> named.path().equals(path))
                    .findFirst());
  }

  /** One that is named, or that a directory would have if it is there; stopped ones as well. */
  Optional<DatabaseOptions> find(Path path) {
    return Optional.ofNullable(registered.get(path)).or(() -> configuration.database(path));
  }

  boolean isRegistered(Path path) {
    return registered.containsKey(path);
  }

  boolean isStopped(Path path) {
    return stopped.contains(path);
  }

  /** Those that were stopped by hand. */
  Set<Path> stopped() {
    return Set.copyOf(stopped);
  }

  void register(DatabaseOptions database) {
    registered.put(database.path(), database);
  }

  /** Forgets one that was registered, and that it was stopped if it was. */
  void unregister(Path path) {
    registered.remove(path);
    stopped.remove(path);
  }

  void stop(Path path) {
    stopped.add(path);
  }

  void resume(Path path) {
    stopped.remove(path);
  }
}
