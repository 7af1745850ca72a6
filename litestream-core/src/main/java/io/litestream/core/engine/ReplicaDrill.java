package io.litestream.core.engine;

import io.litestream.core.DatabaseStatus;
import io.litestream.core.ReplicaOptions;
import io.litestream.core.ReplicationObserver;
import io.litestream.core.drill.DrillRecord;
import io.litestream.core.drill.ScratchDirectory;
import io.litestream.core.replica.ReplicaReader;
import io.litestream.spi.ReplicaStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Has one replica restored at an interval, to see that it can be. Drills of all replicas take turns
 * on one thread. One that fails, for whatever reason, counts as failed until another one succeeds;
 * one that was interrupted, or for which the database was not there, counts as none. How the last
 * one ended is kept in the database's meta directory, so that neither the interval nor a failure
 * begins anew with a restart.
 */
final class ReplicaDrill {

  /** How long {@link #stop} waits for a drill to take away what it has made. */
  private static final long END_SECONDS = 10;

  private static final Logger log = LoggerFactory.getLogger(ReplicaDrill.class);

  private final DatabaseReplicator database;
  private final ReplicaUploader uploader;
  private final ReplicaOptions replica;
  private final ReplicaReader reader;
  private final ScratchDirectory scratch;
  private final Optional<DrillSchedule> schedule;
  private final ScheduledExecutorService clock;
  private final Clock wallClock;
  private final ReplicationObserver observer;
  private final SerialTask task;
  private final Object lock = new Object();

  // Guarded by lock.
  private @Nullable Thread running;
  private boolean over;
  private @Nullable Future<?> nextTick;
  private boolean stopped;

  private volatile DatabaseStatus.Drill status = DatabaseStatus.Drill.NONE;

  ReplicaDrill(
      DatabaseReplicator database,
      ReplicaUploader uploader,
      ReplicaOptions replica,
      ReplicaStore store,
      EngineThreads threads,
      Clock wallClock,
      ReplicationObserver observer) {
    this.database = database;
    this.uploader = uploader;
    this.replica = replica;
    this.reader = new ReplicaReader(replica, store);
    this.schedule = replica.drills().interval().map(DrillSchedule::new);
    Path root = replica.drills().scratch().orElse(database.options().metaPath());
    this.scratch = ScratchDirectory.of(root, database.database(), replica.name());
    this.clock = threads.clock();
    this.wallClock = wallClock;
    this.observer = observer;
    this.task = new SerialTask(threads.drills(), this::run);
  }

  /** Removes what a killed process has left; drills begin later, if at all. */
  void begin() {
    try {
      scratch.remove();
    } catch (IOException e) {
      facts(Level.WARN).addKeyValue("error", e.getMessage()).log("leftovers of a drill remain");
    }
    schedule.ifPresent(
        each -> {
          Optional<DrillRecord> last = last();
          last.ifPresent(record -> status = status(record));
          next(each.afterStart(last, wallClock.instant()));
        });
  }

  private Optional<DrillRecord> last() {
    try {
      return DrillRecord.read(database.options().metaPath(), replica);
    } catch (IOException e) {
      facts(Level.WARN)
          .addKeyValue("error", e.toString())
          .log("the last restore drill cannot be read; counts as none");
      return Optional.empty();
    }
  }

  private static DatabaseStatus.Drill status(DrillRecord last) {
    return new DatabaseStatus.Drill(
        Optional.of(last.ended()), last.elapsed(), last.error(), Optional.empty());
  }

  /** Interrupts the drill that is under way, and waits until it has left nothing. */
  void stop() {
    boolean interrupted = false;
    synchronized (lock) {
      stopped = true;
      if (nextTick != null) {
        nextTick.cancel(false);
      }
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(END_SECONDS);
      while (running != null && deadline - System.nanoTime() > 0) {
        if (!over) {
          running.interrupt();
        }
        try {
          lock.wait(100);
        } catch (InterruptedException e) {
          interrupted = true;
          break;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  DatabaseStatus.Drill status() {
    return status;
  }

  private LoggingEventBuilder facts(Level level) {
    return log.atLevel(level)
        .addKeyValue("db", database.database())
        .addKeyValue("replica", replica.name());
  }

  private void next(Duration wait) {
    Instant next = wallClock.instant().plus(wait);
    synchronized (lock) {
      if (stopped) {
        return;
      }
      try {
        nextTick = clock.schedule(task::signal, wait.toNanos(), TimeUnit.NANOSECONDS);
      } catch (RejectedExecutionException e) {
        stopped = true; // the engine is closed
      }
    }
    DatabaseStatus.Drill last = status;
    status = new DatabaseStatus.Drill(last.last(), last.elapsed(), last.error(), Optional.of(next));
  }

  private void run() {
    synchronized (lock) {
      if (stopped) {
        return;
      }
      running = Thread.currentThread();
      over = false;
    }
    Duration wait;
    try {
      wait = drill(schedule.orElseThrow());
    } finally {
      leaveInPeace();
      synchronized (lock) {
        running = null;
        lock.notifyAll();
      }
    }
    next(wait);
  }

  /** Returns when to do the next one. */
  private Duration drill(DrillSchedule times) {
    long began = System.nanoTime();
    try {
      Optional<DrillRun.Passed> passed = new DrillRun(database, uploader, reader, scratch).run();
      if (passed.isEmpty()) {
        return times.afterNone();
      }
      Duration elapsed = Duration.ofNanos(System.nanoTime() - began);
      facts(Level.INFO)
          .addKeyValue("position", passed.get().position())
          .addKeyValue("pages", passed.get().pages())
          .addKeyValue("elapsed", elapsed)
          .log("restore drill passed");
      ended(elapsed, Optional.empty());
      return times.afterSuccess();
    } catch (IOException | RuntimeException e) {
      if (isStopped()) {
        return times.afterNone();
      }
      Duration elapsed = Duration.ofNanos(System.nanoTime() - began);
      String message = Failures.reason(e);
      facts(Level.ERROR)
          .addKeyValue("error", message)
          .addKeyValue("elapsed", elapsed)
          .setCause(e)
          .log("restore drill failed");
      ended(elapsed, Optional.of(message));
      return times.afterFailure();
    } catch (InterruptedException e) {
      return times.afterNone();
    }
  }

  private boolean isStopped() {
    synchronized (lock) {
      return stopped;
    }
  }

  /** From now on nobody interrupts what is done. */
  private void leaveInPeace() {
    synchronized (lock) {
      over = true;
      Thread.interrupted(); // meant for the drill
    }
  }

  private void ended(Duration elapsed, Optional<String> error) {
    leaveInPeace();
    DrillRecord last = DrillRecord.of(replica, wallClock.instant(), elapsed, error);
    keep(last);
    status = status(last);
    observer.onDrill(database.database(), replica, elapsed, error.isPresent());
  }

  /** What cannot be kept costs a drill more after a restart, and is no failure of this one. */
  private void keep(DrillRecord last) {
    try {
      database.keepDrill(replica.name(), last.toBytes());
    } catch (IOException e) {
      facts(Level.WARN)
          .addKeyValue("error", e.toString())
          .log("how the restore drill ended cannot be kept; a restart will not know of it");
    }
  }
}
