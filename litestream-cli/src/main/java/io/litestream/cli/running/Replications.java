package io.litestream.cli.running;

import io.litestream.core.DatabaseOptions;
import io.litestream.core.Litestream;
import io.litestream.core.Replication;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Begins and ends the replication of single databases; keeps what is under way, and why what was
 * tried is not. Changed by one thread at a time, read by any.
 */
final class Replications {

  /** For a last sync with credentials that may be void, and for what a sync just before left. */
  static final Duration SHORT = Duration.ofSeconds(2);

  /** Side by side, since each may have to wait for its store. */
  private static final int CLOSING_THREADS = 8;

  private static final Logger log = LoggerFactory.getLogger(Replications.class);

  private final Litestream engine;
  private final WantedDatabases wanted;
  private final Duration shutdownTimeout;
  private final Map<Path, Replication> running = new ConcurrentHashMap<>();

  /** What could not be replicated, and why; so that each reason is told once. */
  private final Map<Path, String> failing = new ConcurrentHashMap<>();

  /**
   * @param wanted those that are stopped there are not begun
   * @param shutdownTimeout for the last sync of a database that is not to be replicated any more
   */
  Replications(Litestream engine, WantedDatabases wanted, Duration shutdownTimeout) {
    this.engine = engine;
    this.wanted = wanted;
    this.shutdownTimeout = shutdownTimeout;
  }

  /**
   * Begins one, whoever asks.
   *
   * @throws IOException if it cannot be replicated; that is not remembered
   */
  void replicate(DatabaseOptions database) throws IOException {
    running.put(database.path(), engine.replicate(database));
    failing.remove(database.path());
  }

  /** Begins one unless it was stopped by hand; remembers why, if it cannot be replicated. */
  void begin(DatabaseOptions database) {
    Path path = database.path();
    if (wanted.isStopped(path)) {
      return;
    }
    try {
      replicate(database);
      if (wanted.named(path).isPresent()) {
        BeginningLog.withReplicas(database);
      } else {
        BeginningLog.database(database);
      }
    } catch (IOException | RuntimeException e) {
      String reason = String.valueOf(e.getMessage());
      if (!reason.equals(failing.put(path, reason))) {
        log.atError()
            .addKeyValue("db", path)
            .addKeyValue("error", reason)
            .log("cannot replicate database");
      }
    }
  }

  /** Ends one; its last sync may take as long as at the end of the process. */
  void end(Path path) {
    end(path, shutdownTimeout);
  }

  /** Ends one; that something did not reach its replica is a warning. */
  void end(Path path, Duration lastSync) {
    Replication replication = running.remove(path);
    if (replication == null) {
      return;
    }
    try {
      replication.close(lastSync);
    } catch (IOException | RuntimeException e) {
      log.atWarn().addKeyValue("db", path).addKeyValue("error", e.getMessage()).log("let go");
    }
  }

  /**
   * Ends what a plan ends, or begins anew. Each is closed before any is begun: one may take the
   * place of another.
   */
  void endAll(ReloadPlan plan) {
    List<Runnable> ends = new ArrayList<>();
    for (Path path : plan.end()) {
      log.atInfo().addKeyValue("db", path).log("database is not configured any more; let go of it");
      ends.add(() -> end(path, shutdownTimeout));
    }
    for (ReloadPlan.Restart restart : plan.restart()) {
      Path path = restart.to().path();
      Duration lastSync = restart.newCredentials() ? SHORT : shutdownTimeout;
      log.atInfo().addKeyValue("db", path).log("database is configured otherwise; begins anew");
      ends.add(() -> end(path, lastSync));
    }
    if (ends.isEmpty()) {
      return;
    }
    ExecutorService threads = Executors.newFixedThreadPool(Math.min(CLOSING_THREADS, ends.size()));
    List<Future<?>> ended = new ArrayList<>();
    ends.forEach(end -> ended.add(threads.submit(end)));
    threads.shutdown();
    try {
      for (Future<?> each : ended) {
        each.get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException e) {
      throw new IllegalStateException("end() throws nothing", e);
    }
  }

  /**
   * Waits until all replicas of one hold what is committed now, if it is being replicated.
   *
   * @return why they do not, if they do not in time
   */
  Optional<IOException> sync(Path path, Duration patience) throws InterruptedException {
    Replication replication = running.get(path);
    if (replication == null) {
      return Optional.empty();
    }
    try {
      replication.sync(patience);
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(e);
    }
  }

  /** One that is being replicated now. */
  Optional<Replication> find(Path path) {
    return Optional.ofNullable(running.get(path));
  }

  boolean isRunning(Path path) {
    return running.containsKey(path);
  }

  /** All that are being replicated now. */
  Set<Path> running() {
    return Set.copyOf(running.keySet());
  }

  /** How those that are being replicated are, by their paths. */
  Map<Path, DatabaseOptions> options() {
    Map<Path, DatabaseOptions> options = new TreeMap<>();
    running.forEach((path, replication) -> options.put(path, replication.options()));
    return options;
  }

  /** All that could not be replicated so far. */
  Set<Path> failing() {
    return Set.copyOf(failing.keySet());
  }

  /** Why one could not be replicated so far; empty if nothing is wrong, or it was not tried. */
  Optional<String> failure(Path path) {
    return Optional.ofNullable(failing.get(path));
  }

  /** Does not count them as failing any more. */
  void forgetFailures(Predicate<Path> which) {
    failing.keySet().removeIf(which);
  }
}
