package io.litestream.core.engine;

import java.time.Duration;

/**
 * Spaces uploads: at most one per interval on average, and at most one more that a quiet spell has
 * saved. Without that one, commits that come about once per interval would wait half an interval in
 * the median. Times are {@link System#nanoTime()}. Used by one thread at a time.
 */
final class UploadBudget {

  private static final int SAVED = 2;

  private final long intervalNanos;
  private long fullAt;

  UploadBudget(Duration interval, long now) {
    this.intervalNanos = interval.toNanos();
    this.fullAt = now;
  }

  /** Takes one upload out of the budget, if there is one. */
  boolean tryTake(long now) {
    if (readyAt() - now > 0) {
      return false;
    }
    take(now);
    return true;
  }

  /** Takes one upload out of the budget; if there is none, the next one is an interval away. */
  void take(long now) {
    long from = fullAt - now > 0 ? fullAt : now;
    long latest = now + SAVED * intervalNanos;
    fullAt = from + intervalNanos - latest > 0 ? latest : from + intervalNanos;
  }

  /** When the next upload may begin; may have passed. */
  long readyAt() {
    return fullAt - (SAVED - 1) * intervalNanos;
  }
}
