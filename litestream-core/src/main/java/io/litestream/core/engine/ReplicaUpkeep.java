package io.litestream.core.engine;

import io.litestream.core.DatabaseStatus;
import io.litestream.core.ReplicaOptions;
import io.litestream.core.ReplicationObserver;
import io.litestream.core.RetentionOptions;
import io.litestream.core.position.Position;
import io.litestream.core.replica.ReplicaReader;
import io.litestream.core.replica.SnapshotInfo;
import io.litestream.core.retention.KnownGeneration;
import io.litestream.core.retention.KnownReplica;
import io.litestream.core.retention.RetentionPass;
import io.litestream.spi.ReplicaStore;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Looks after one replica beside its uploads, in runs that never overlap: first for a snapshot that
 * is due, then for what need not be kept. The replica is listed once, soon after the start; from
 * then on it is known what is in it, since nobody else writes there.
 */
final class ReplicaUpkeep {

  /** After the start, uploads go first. */
  private static final Duration FIRST_DELAY = Duration.ofSeconds(5);

  private static final Duration FIRST_PAUSE = Duration.ofSeconds(10);
  private static final Duration LONGEST_PAUSE = Duration.ofHours(1);

  private static final Logger log = LoggerFactory.getLogger(ReplicaUpkeep.class);

  private final DatabaseReplicator database;
  private final ReplicaUploader uploader;
  private final ReplicaOptions replica;
  private final RetentionOptions options;
  private final KnownReplica known;
  private final SnapshotSchedule snapshots;
  private final ReplicaExpiry expiry;
  private final ScheduledExecutorService clock;
  private final Clock wallClock;
  private final SerialTask task;
  private final Failures failures;
  private final Queue<Written> written = new ConcurrentLinkedQueue<>();
  private final AtomicReference<@Nullable Exception> givenUp = new AtomicReference<>();
  private final AtomicReference<@Nullable KnownGeneration> found = new AtomicReference<>();

  private boolean surveyed;
  private @Nullable Future<?> nextTick;
  private volatile boolean stopped;
  private volatile DatabaseStatus.Retention status =
      new DatabaseStatus.Retention(
          Optional.empty(), Optional.empty(), Optional.empty(), 0, Map.of());

  /** A snapshot that has become visible, and what of the WAL it covers. */
  private record Written(SnapshotInfo snapshot, Position covered) {}

  /**
   * @param permission what is usually missing when the store refuses a delete
   * @param threads where its runs, which may take long, find one
   */
  ReplicaUpkeep(
      DatabaseReplicator database,
      ReplicaUploader uploader,
      ReplicaOptions replica,
      ReplicaStore store,
      String permission,
      Executor threads,
      ScheduledExecutorService clock,
      Clock wallClock,
      ReplicationObserver observer) {
    this.database = database;
    this.uploader = uploader;
    this.replica = replica;
    this.options = replica.retention();
    this.known = new KnownReplica(new ReplicaReader(replica, store));
    this.snapshots = new SnapshotSchedule(database, uploader, store, known, replica, () -> stopped);
    this.expiry =
        new ReplicaExpiry(
            new RetentionPass(known, store, options.rules(), options.verifyDeletes()),
            options.effectiveCheckInterval(),
            permission,
            this::facts,
            (code, keys) -> observer.onDeleteFailed(database.database(), replica, code, keys));
    this.clock = clock;
    this.wallClock = wallClock;
    this.task = new SerialTask(threads, this::run);
    this.failures =
        new Failures(
            "snapshot or retention failed",
            new Backoff(
                atMost(FIRST_PAUSE), LONGEST_PAUSE, () -> ThreadLocalRandom.current().nextDouble()),
            this::facts);
  }

  private LoggingEventBuilder facts(Level level) {
    return log.atLevel(level)
        .addKeyValue("db", database.database())
        .addKeyValue("replica", replica.name());
  }

  /** Begins, if there is anything to do at all. */
  void begin() {
    if (options.isScheduled()) {
      schedule(atMost(FIRST_DELAY));
    }
  }

  /** That, but no longer than from one pass to the next. */
  private Duration atMost(Duration delay) {
    Duration interval = options.effectiveCheckInterval();
    return interval.compareTo(delay) < 0 ? interval : delay;
  }

  /** Is told by the uploader what there is of the generation that it continues. */
  void found(KnownGeneration generation) {
    found.set(generation);
  }

  /** Is told by the uploader that a snapshot has become visible. */
  void snapshotWritten(SnapshotInfo snapshot, Position covered) {
    written.add(new Written(snapshot, covered));
    ended();
  }

  /**
   * Is told by the uploader that it has given up the snapshot that it was to commit.
   *
   * @param reason null if there was no need of it any more
   */
  void snapshotGivenUp(@Nullable Exception reason) {
    givenUp.set(reason);
    ended();
  }

  private void ended() {
    snapshots.ended();
    if (options.isScheduled()) {
      task.signal();
    }
  }

  /** Begins nothing any more. */
  void stop() {
    stopped = true;
    synchronized (this) {
      if (nextTick != null) {
        nextTick.cancel(false);
      }
    }
  }

  DatabaseStatus.Retention status() {
    return status;
  }

  private synchronized void schedule(Duration delay) {
    if (nextTick != null) {
      nextTick.cancel(false);
    }
    if (stopped) {
      return;
    }
    try {
      nextTick = clock.schedule(task::signal, delay.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      stopped = true; // the engine is closed
    }
  }

  private void run() {
    if (stopped) {
      return;
    }
    Position at = uploader.settled().orElse(null);
    if (at == null || !uploader.mayWrite()) {
      schedule(atMost(FIRST_DELAY));
      return;
    }
    Duration next;
    try {
      next = look(at);
      // A snapshot that is tried again may fail again: that is known only when it has ended.
      if (!snapshots.isDue()) {
        recovered();
      }
    } catch (IOException | RuntimeException e) {
      if (stopped) {
        return;
      }
      next = failures.failed(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    status =
        new DatabaseStatus.Retention(
            known.newest(at.generation()).map(SnapshotInfo::createdAt),
            expiry.lastPass(),
            failures.error().or(expiry::error),
            expiry.refusedObjects(),
            expiry.refusedCodes());
    schedule(next);
  }

  /** Does what is due; returns when to look again. */
  private Duration look(Position at) throws IOException, InterruptedException {
    if (!surveyed) {
      survey(at);
      surveyed = true;
    }
    for (Written each = written.poll(); each != null; each = written.poll()) {
      known.add(each.snapshot());
      snapshots.covers(each.covered());
    }
    Exception reason = givenUp.getAndSet(null);
    if (reason != null) {
      throw new IOException("snapshot not written: " + reason.getMessage(), reason);
    }
    Instant now = wallClock.instant();
    Duration next = snapshots.run(at, now).orElse(options.effectiveCheckInterval());
    if (options.rules().window().isPresent()) {
      Duration pass = expiry.run(at.generation(), now);
      next = pass.compareTo(next) < 0 ? pass : next;
    }
    return atMost(next); // the clock may be set, or the machine sleep
  }

  private void survey(Position at) throws IOException {
    Optional<KnownGeneration> current =
        Optional.ofNullable(found.get())
            .filter(generation -> generation.generation().equals(at.generation()));
    if (options.rules().window().isPresent()) {
      known.survey(current);
    } else if (current.isPresent()) {
      known.add(current.get());
    } else {
      known.refresh(at.generation());
    }
  }

  private void recovered() {
    if (failures.ended()) {
      facts(Level.INFO).log("snapshots and retention go on again");
    }
  }
}
