package io.litestream.core.sync;

import java.time.Duration;

/**
 * When to checkpoint.
 *
 * @param interval after how long since the last checkpoint a WAL of more than one frame is
 *     checkpointed, whatever its size; zero for never
 * @param minPages frames in the WAL from which it is checkpointed if that holds nobody up
 * @param maxPages frames in the WAL from which a checkpoint waits for the write lock
 */
public record CheckpointPolicy(Duration interval, int minPages, int maxPages) {

  /** Frames in the WAL from which its file is cut when it is restarted. */
  public static final int TRUNCATE_PAGES = 500_000;

  /** How much a checkpoint is wanted. */
  public enum Urgency {
    NONE,
    /** Wait for the write lock a moment only. */
    LOW,
    /** Wait for the write lock as long as the busy timeout allows. */
    HIGH
  }

  /**
   * How much a checkpoint is wanted now.
   *
   * @param frames in the WAL
   * @param sinceLast since the last checkpoint that was complete, or the start
   */
  public Urgency urgency(long frames, Duration sinceLast) {
    if (frames >= maxPages) {
      return Urgency.HIGH;
    }
    boolean due = !interval.isZero() && sinceLast.compareTo(interval) >= 0 && frames > 1;
    return frames >= minPages || due ? Urgency.LOW : Urgency.NONE;
  }
}
