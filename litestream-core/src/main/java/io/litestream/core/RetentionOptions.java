package io.litestream.core;

import static java.util.Objects.requireNonNull;

import io.litestream.core.retention.RetentionRules;
import java.time.Duration;
import java.util.Optional;

/**
 * What one replica keeps, and when it gets a new snapshot.
 *
 * @param rules what is kept
 * @param checkInterval how often it is looked whether something may go; the first time soon after
 *     the start
 * @param snapshotInterval a snapshot is taken when the last one is so old and something has changed
 *     since; empty: only at the beginning of a generation, and when the last one is older than the
 *     window
 * @param verifyDeletes whether to list after each delete whether the objects are gone, for stores
 *     that answer that all is well and delete nothing
 */
public record RetentionOptions(
    RetentionRules rules,
    Duration checkInterval,
    Optional<Duration> snapshotInterval,
    boolean verifyDeletes) {

  /** The check interval of replicas that set none. */
  public static final Duration DEFAULT_CHECK_INTERVAL = Duration.ofHours(1);

  /** A window of 24 hours, looked after every hour. */
  public static final RetentionOptions DEFAULT =
      new RetentionOptions(
          RetentionRules.of(RetentionRules.DEFAULT_WINDOW),
          DEFAULT_CHECK_INTERVAL,
          Optional.empty(),
          false);

  public RetentionOptions {
    requireNonNull(rules, "rules");
    requirePositive("retention check interval", checkInterval);
    snapshotInterval.ifPresent(interval -> requirePositive("snapshot interval", interval));
    requireSnapshots("hourly", rules.keepHourly(), Duration.ofHours(1), snapshotInterval);
    requireSnapshots("daily", rules.keepDaily(), Duration.ofDays(1), snapshotInterval);
    requireSnapshots("weekly", rules.keepWeekly(), Duration.ofDays(7), snapshotInterval);
    requireSnapshots("monthly", rules.keepMonthly(), Duration.ofDays(28), snapshotInterval);
  }

  private static void requirePositive(String what, Duration interval) {
    if (interval.isNegative() || interval.isZero()) {
      throw new IllegalArgumentException(what + " must be positive, not " + interval);
    }
  }

  private static void requireSnapshots(
      String period, int keep, Duration longest, Optional<Duration> interval) {
    if (keep > 0 && interval.filter(each -> each.compareTo(longest) <= 0).isEmpty()) {
      throw new IllegalArgumentException(
          "to keep "
              + period
              + " snapshots, a snapshot interval of at most "
              + longest.toHours()
              + "h is needed");
    }
  }

  /** Whether there is anything to do on a schedule. */
  public boolean isScheduled() {
    return rules.window().isPresent() || snapshotInterval.isPresent();
  }

  /** The check interval; never longer than the window. */
  public Duration effectiveCheckInterval() {
    return rules
        .window()
        .filter(window -> window.compareTo(checkInterval) < 0)
        .orElse(checkInterval);
  }
}
