package io.litestream.cli;

import io.litestream.cli.config.Configuration;
import io.litestream.cli.config.DatabaseDirectory;
import io.litestream.core.DatabaseOptions;
import io.litestream.core.Litestream;
import io.litestream.core.Replication;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replicates what is in the directories of a configuration: looks at them at the start, and again
 * and again if they are to be watched. A database that cannot be replicated does not keep the
 * others from it; it is tried again with each look.
 */
final class DirectoryReplication {

  /** Between two looks. */
  static final Duration INTERVAL = Duration.ofSeconds(1);

  private static final Logger log = LoggerFactory.getLogger(DirectoryReplication.class);

  private final Litestream engine;
  private final Configuration configuration;
  private final Map<Path, Replication> running = new HashMap<>();

  /** What could not be replicated, and why; so that each reason is told once. */
  private final Map<Path, String> failing = new HashMap<>();

  private final Map<Path, String> unreadable = new HashMap<>();
  private final ScheduledExecutorService clock;
  private @Nullable Future<?> nextLook;

  private DirectoryReplication(Litestream engine, Configuration configuration) {
    this.engine = engine;
    this.configuration = configuration;
    this.clock =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread thread = new Thread(task, "litestream-directories");
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Begins with the databases that are there, and looks for others if that is configured. */
  static DirectoryReplication start(Litestream engine, Configuration configuration) {
    DirectoryReplication directories = new DirectoryReplication(engine, configuration);
    configuration.directories().forEach(directories::look);
    List<DatabaseDirectory> watched =
        configuration.directories().stream().filter(DatabaseDirectory::watch).toList();
    if (!watched.isEmpty()) {
      directories.nextLook =
          directories.clock.scheduleWithFixedDelay(
              () -> watched.forEach(directories::look),
              INTERVAL.toMillis(),
              INTERVAL.toMillis(),
              TimeUnit.MILLISECONDS);
    }
    return directories;
  }

  private void look(DatabaseDirectory directory) {
    List<DatabaseOptions> found;
    try {
      found = directory.scan();
      unreadable.remove(directory.directory());
    } catch (IOException | RuntimeException e) {
      String reason = String.valueOf(e);
      if (!reason.equals(unreadable.put(directory.directory(), reason))) {
        log.atError()
            .addKeyValue("dir", directory.directory())
            .addKeyValue("error", reason)
            .log("cannot look for databases");
      }
      return; // what is being replicated goes on: that it is gone is not known
    }
    Set<Path> present = new HashSet<>();
    for (DatabaseOptions database : found) {
      present.add(database.path());
      if (!running.containsKey(database.path()) && !isNamed(database.path())) {
        begin(database);
      }
    }
    letGo(directory, present);
  }

  private boolean isNamed(Path path) {
    return configuration.databases().stream().anyMatch(named -> named.path().equals(path));
  }

  private void begin(DatabaseOptions database) {
    try {
      running.put(database.path(), engine.replicate(database));
      failing.remove(database.path());
      log.atInfo().addKeyValue("path", database.path()).log("initialized db");
    } catch (IOException | RuntimeException e) {
      String reason = String.valueOf(e.getMessage());
      if (!reason.equals(failing.put(database.path(), reason))) {
        log.atError()
            .addKeyValue("db", database.path())
            .addKeyValue("error", reason)
            .log("cannot replicate database");
      }
    }
  }

  private void letGo(DatabaseDirectory directory, Set<Path> present) {
    failing
        .keySet()
        .removeIf(path -> path.startsWith(directory.directory()) && !present.contains(path));
    for (Iterator<Replication> all = running.values().iterator(); all.hasNext(); ) {
      Replication replication = all.next();
      Path path = replication.database();
      if (!path.startsWith(directory.directory()) || present.contains(path) || Files.exists(path)) {
        continue;
      }
      all.remove();
      log.atInfo().addKeyValue("db", path).log("database is gone; let go of it");
      try {
        replication.close();
      } catch (IOException | RuntimeException e) {
        log.atWarn().addKeyValue("db", path).addKeyValue("error", e.getMessage()).log("let go");
      }
    }
  }

  /** Ends looking; what is being replicated goes on. */
  void close() {
    Future<?> looking = nextLook;
    if (looking != null) {
      looking.cancel(false);
    }
    clock.shutdownNow();
    try {
      clock.awaitTermination(1, TimeUnit.MINUTES);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
