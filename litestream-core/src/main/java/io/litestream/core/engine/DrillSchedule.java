package io.litestream.core.engine;

import io.litestream.core.drill.DrillRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * When the next restore drill of a replica is due. Every wait is from now on.
 *
 * @param interval from one drill to the next
 */
record DrillSchedule(Duration interval) {

  /** After the start, uploads and retention go first. */
  private static final Duration FIRST_DELAY = Duration.ofMinutes(1);

  /** After a failure, somebody may be waiting to see whether what was done about it has helped. */
  private static final Duration LONGEST_AFTER_FAILURE = Duration.ofHours(1);

  /**
   * After the start. The time that has passed since the last drill counts, whoever made it: a
   * process that is restarted more often than the interval still has its drills, and no more than
   * these. After one that failed, or if there is none, the next comes soon: a restart may be what
   * was done about it.
   */
  Duration afterStart(Optional<DrillRecord> last, Instant now) {
    Duration soon = afterNone();
    if (last.isEmpty() || last.get().error().isPresent()) {
      return soon;
    }
    Duration wait = interval.minus(Duration.between(last.get().ended(), now));
    // Not after more than an interval, however wrong the clock was when the last one ended.
    return longer(soon, shorter(interval, wait));
  }

  Duration afterSuccess() {
    return interval;
  }

  Duration afterFailure() {
    return shorter(interval, LONGEST_AFTER_FAILURE);
  }

  /** After one that could not be made, or was interrupted. */
  Duration afterNone() {
    return shorter(interval, FIRST_DELAY);
  }

  private static Duration shorter(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }

  private static Duration longer(Duration a, Duration b) {
    return a.compareTo(b) > 0 ? a : b;
  }
}
