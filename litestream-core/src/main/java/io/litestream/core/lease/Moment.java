package io.litestream.core.lease;

import java.time.Duration;
import java.time.Instant;

/**
 * An instant by two clocks of this machine: one stands still while the machine sleeps, the other
 * can be set.
 *
 * @param nanos of {@code System.nanoTime}
 */
public record Moment(Instant wall, long nanos) {

  /** Whether it is certain that less than that has passed since an earlier moment. */
  boolean isWithin(Duration limit, Moment since) {
    Duration byWall = Duration.between(since.wall, wall);
    return !byWall.isNegative()
        && byWall.compareTo(limit) < 0
        && nanos - since.nanos < limit.toNanos();
  }

  /** Whether it is certain that at least that has passed since an earlier moment. */
  boolean isAfter(Duration limit, Moment since) {
    return Duration.between(since.wall, wall).compareTo(limit) >= 0
        && nanos - since.nanos >= limit.toNanos();
  }
}
