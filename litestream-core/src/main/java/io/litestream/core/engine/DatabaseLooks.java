package io.litestream.core.engine;

import io.litestream.core.sync.DatabaseSync;
import io.litestream.core.sync.SyncOutcome;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * When one database is looked at again: after a while, or when the directory watch notices a
 * change. A look that finds the WAL as it was costs no step. Told by the steps of its replicator,
 * unless said otherwise.
 */
final class DatabaseLooks {

  /** How often a database is looked at while it is being written to. */
  private static final Duration ACTIVE_INTERVAL = Duration.ofMillis(100);

  /** A transaction under way of this size, in bytes, is not scanned again at once. */
  private static final long LARGE_TRANSACTION = 4 << 20;

  private static final Duration LONGEST_SCAN_PAUSE = Duration.ofSeconds(5);

  private final DatabaseHandle handle;
  private final Checkpoints checkpoints;
  private final Failures failures;
  private final ReplicationLag lag;
  private final List<ReplicaUploader> uploaders;
  private final DirectoryWatch watch;
  private final ScheduledExecutorService timer;
  private final Clock clock;
  private final Duration interval;
  private final Runnable wake;

  private volatile WalStat lastStat = WalStat.ABSENT;

  // Guarded by this.
  private @Nullable Future<?> nextTick;
  private boolean stopped;

  /**
   * @param failures of steps: after one, the next look is a step
   * @param uploaders those of the database, which may still be added to
   * @param timer only what is short runs on it
   * @param interval how often a database is looked at that is not written to
   * @param wake has a step begin
   */
  DatabaseLooks(
      DatabaseHandle handle,
      Checkpoints checkpoints,
      Failures failures,
      ReplicationLag lag,
      List<ReplicaUploader> uploaders,
      DirectoryWatch watch,
      ScheduledExecutorService timer,
      Clock clock,
      Duration interval,
      Runnable wake) {
    this.handle = handle;
    this.checkpoints = checkpoints;
    this.failures = failures;
    this.lag = lag;
    this.uploaders = uploaders;
    this.watch = watch;
    this.timer = timer;
    this.clock = clock;
    this.interval = interval;
    this.wake = wake;
  }

  /** Remembers how the WAL looks before it is copied. */
  void see(DatabaseSync open) {
    lastStat = WalStat.of(open.walPath(), clock);
  }

  /**
   * Has the database looked at again after a step that left nothing to copy.
   *
   * @param elapsedNanos how long the step took
   */
  void afterStep(SyncOutcome outcome, long elapsedNanos) {
    if (outcome.uncommitted() > LARGE_TRANSACTION) {
      // Scanning a large transaction again and again would cost more than the wait.
      in(Math.min(4 * elapsedNanos, LONGEST_SCAN_PAUSE.toNanos()));
      return;
    }
    boolean active = outcome.copied() > 0 || outcome.uncommitted() > 0 || lastStat.isFresh();
    in(active ? Math.min(ACTIVE_INTERVAL.toNanos(), interval.toNanos()) : interval.toNanos());
    long now = System.nanoTime();
    boolean canUpload = false;
    for (ReplicaUploader uploader : uploaders) {
      canUpload |= uploader.isReady(now);
    }
    DatabaseSync open = handle.current();
    if (canUpload && open != null) {
      watch.arm(open.walPath(), wake);
      if (!WalStat.of(open.walPath(), clock).sameAs(lastStat)) {
        wake.run();
      }
    }
  }

  /** Has the database looked at after the monitor interval. */
  void inInterval() {
    in(interval.toNanos());
  }

  /** Has the database looked at after a while, instead of when it would have been. */
  synchronized void in(long nanos) {
    if (nextTick != null) {
      nextTick.cancel(false);
    }
    if (stopped) {
      return;
    }
    try {
      nextTick = timer.schedule(this::tick, nanos, TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      nextTick = null; // the engine is closed
    }
  }

  /** On the clock's thread: a look at the file's size and time, and a step only if it changed. */
  private void tick() {
    DatabaseSync open = handle.current();
    if (open == null
        || failures.isFailing()
        || lastStat.isFresh()
        || !lastStat.isPresent() // whoever deleted the WAL may go on to replace the database
        || checkpoints.isDue(System.nanoTime())
        || !WalStat.of(open.walPath(), clock).sameAs(lastStat)) {
      wake.run();
    } else {
      lag.lookedAt(clock.instant());
      inInterval();
    }
  }

  /** Has nobody woken by a change of that database any more. */
  void disarm(DatabaseSync open) {
    watch.disarm(open.walPath());
  }

  /** Ends the looking by the clock. May be called by any thread. */
  synchronized void stop() {
    stopped = true;
    if (nextTick != null) {
      nextTick.cancel(false);
    }
  }
}
