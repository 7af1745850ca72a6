package io.litestream.core.engine;

import io.litestream.core.DatabaseOptions;
import io.litestream.core.ReplicationObserver;
import io.litestream.core.ReplicationObserver.CheckpointMode;
import io.litestream.core.sync.CheckpointOutcome;
import io.litestream.core.sync.CheckpointPolicy;
import io.litestream.core.sync.CheckpointPolicy.Urgency;
import io.litestream.core.sync.DatabaseSync;
import io.litestream.core.sync.ShadowView;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checkpoints of one database: takes one when it is due. Used by the steps of its replicator,
 * but for what is said to be otherwise.
 */
final class Checkpoints {

  private static final Logger log = LoggerFactory.getLogger(Checkpoints.class);

  private static final Duration SHORT_PATIENCE = Duration.ofMillis(20);

  /**
   * Bytes a second from which on an application is left alone: a checkpoint takes the disk and the
   * write lock from it, and soon there is a better moment.
   */
  private static final long FLAT_OUT = 100_000_000;

  /** Bytes in the WAL from which on no better moment is waited for. */
  private static final long LARGEST_WAL = 512 << 20;

  private final DatabaseOptions options;
  private final ReplicationObserver observer;
  private final CheckpointPolicy policy;
  private long last = System.nanoTime();
  private long notBefore = last;
  private final WriteRate rate = new WriteRate(0, last);

  private volatile long dueAt;

  /** The index that somebody wants to end; -1 if nobody does. */
  private volatile int indexToEnd = -1;

  Checkpoints(DatabaseOptions options, ReplicationObserver observer) {
    this.options = options;
    this.observer = observer;
    this.policy =
        new CheckpointPolicy(
            options.checkpointInterval(),
            options.minCheckpointPages(),
            options.maxCheckpointPages());
  }

  /** See {@link DatabaseReplicator#endIndex}. May be called by any thread. */
  void endIndex(int index) {
    indexToEnd = index;
  }

  /** Whether one is due by then, by the clock alone. May be called by any thread. */
  boolean isDue(long nanos) {
    return dueAt - nanos <= 0;
  }

  /**
   * Takes a checkpoint if it is due.
   *
   * @param view what the shadow WAL holds; null if that is not known
   * @param behind whether the WAL is known to hold more than the shadow WAL
   * @param allowed whether one may be taken now
   * @return whether it was tried, and what is known of the database may have changed
   */
  boolean run(DatabaseSync open, @Nullable ShadowView view, boolean behind, boolean allowed)
      throws IOException {
    if (allowed) {
      open.leaveFront();
    }
    long now = System.nanoTime();
    long frames = open.frames();
    Urgency urgency = policy.urgency(frames, Duration.ofNanos(now - last));
    if (urgency == Urgency.NONE && frames > 0 && view != null && view.index() == indexToEnd) {
      urgency = Urgency.LOW;
    }
    dueAt =
        frames > 1 && !policy.interval().isZero()
            ? last + policy.interval().toNanos()
            : Long.MAX_VALUE;
    boolean insist = view != null && view.length() >= LARGEST_WAL;
    rate.update(open.copiedBytes(), now);
    boolean flatOut = !insist && (behind || rate.perSecond() > FLAT_OUT);
    if (urgency == Urgency.NONE || !allowed || flatOut || notBefore - now > 0) {
      return false;
    }
    CheckpointOutcome outcome = checkpoint(open, urgency, frames, insist);
    long after = System.nanoTime();
    if (outcome == CheckpointOutcome.COMPLETE) {
      last = after;
      dueAt = Long.MAX_VALUE;
    } else {
      notBefore = after + options.monitorInterval().toNanos() / (urgency == Urgency.HIGH ? 4 : 1);
    }
    log.atDebug()
        .addKeyValue("db", options.path())
        .addKeyValue("frames", frames)
        .addKeyValue("outcome", outcome)
        .addKeyValue("elapsed", Duration.ofNanos(after - now))
        .log("checkpoint");
    return true;
  }

  private CheckpointOutcome checkpoint(
      DatabaseSync open, Urgency urgency, long frames, boolean insist) throws IOException {
    boolean urgent = urgency == Urgency.HIGH;
    boolean shrink = frames >= CheckpointPolicy.TRUNCATE_PAGES;
    long began = System.nanoTime();
    boolean failed = true;
    try {
      CheckpointOutcome outcome =
          open.checkpoint(urgent ? options.busyTimeout() : SHORT_PATIENCE, shrink, insist);
      failed = false;
      return outcome;
    } finally {
      observer.onCheckpoint(
          options.path(),
          mode(urgent, shrink),
          Duration.ofNanos(System.nanoTime() - began),
          failed);
    }
  }

  /** What the peer's metric would call it. */
  private static CheckpointMode mode(boolean urgent, boolean shrink) {
    if (shrink) {
      return CheckpointMode.TRUNCATE;
    }
    return urgent ? CheckpointMode.RESTART : CheckpointMode.PASSIVE;
  }
}
