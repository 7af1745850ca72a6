package io.litestream.core.retention;

import java.time.Duration;
import java.util.Optional;

/**
 * What a replica keeps.
 *
 * @param window every moment from so long ago until now can be restored; empty: everything is kept,
 *     and nothing ever deleted
 * @param keepHourly of how many hours to keep the newest snapshot beyond the window: the latest
 *     hours, by UTC, that have a snapshot
 * @param keepDaily the same for days
 * @param keepWeekly the same for weeks, from Monday on
 * @param keepMonthly the same for months
 */
public record RetentionRules(
    Optional<Duration> window, int keepHourly, int keepDaily, int keepWeekly, int keepMonthly) {

  /** The window of replicas that set none. */
  public static final Duration DEFAULT_WINDOW = Duration.ofHours(24);

  /** Never deletes anything. */
  public static final RetentionRules NONE = new RetentionRules(Optional.empty(), 0, 0, 0, 0);

  public RetentionRules {
    if (window.isPresent() && (window.get().isNegative() || window.get().isZero())) {
      throw new IllegalArgumentException("retention must be longer than zero: " + window.get());
    }
    if (keepHourly < 0 || keepDaily < 0 || keepWeekly < 0 || keepMonthly < 0) {
      throw new IllegalArgumentException("a number of snapshots to keep must not be negative");
    }
    if (window.isEmpty() && keepHourly + keepDaily + keepWeekly + keepMonthly > 0) {
      throw new IllegalArgumentException(
          "without retention everything is kept, so no snapshots can be kept beyond it");
    }
  }

  /** A window alone. */
  public static RetentionRules of(Duration window) {
    return new RetentionRules(Optional.of(window), 0, 0, 0, 0);
  }
}
