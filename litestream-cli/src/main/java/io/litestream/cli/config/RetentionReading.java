package io.litestream.cli.config;

import io.litestream.core.RetentionOptions;
import io.litestream.core.retention.RetentionRules;
import java.time.Duration;
import java.util.Optional;

/** Turns what the configuration says of one replica's retention and snapshots into options. */
final class RetentionReading {

  private RetentionReading() {}

  static RetentionOptions read(YamlMapping replica) throws ConfigurationException {
    Optional<Duration> window = window(replica);
    Duration check =
        replica
            .positiveDuration("retention-check-interval")
            .orElse(RetentionOptions.DEFAULT_CHECK_INTERVAL);
    Optional<Duration> snapshots =
        replica.duration("snapshot-interval").filter(interval -> !interval.isZero());
    int hourly = keep(replica, "keep-hourly", Duration.ofHours(1), window, snapshots);
    int daily = keep(replica, "keep-daily", Duration.ofDays(1), window, snapshots);
    int weekly = keep(replica, "keep-weekly", Duration.ofDays(7), window, snapshots);
    int monthly = keep(replica, "keep-monthly", Duration.ofDays(28), window, snapshots);
    return new RetentionOptions(
        new RetentionRules(window, hourly, daily, weekly, monthly),
        check,
        snapshots,
        replica.flag("verify-deletes"));
  }

  /** Empty if everything is to be kept: {@code none}, or zero as in v0.3. */
  private static Optional<Duration> window(YamlMapping replica) throws ConfigurationException {
    if (replica.text("retention").filter("none"::equals).isPresent()) {
      return Optional.empty();
    }
    Duration window = replica.duration("retention").orElse(RetentionRules.DEFAULT_WINDOW);
    return Optional.of(window).filter(each -> !each.isZero());
  }

  private static int keep(
      YamlMapping replica,
      String key,
      Duration period,
      Optional<Duration> window,
      Optional<Duration> snapshots)
      throws ConfigurationException {
    int keep = replica.count(key);
    if (keep > 0 && window.isEmpty()) {
      throw replica.problem(key, "has no effect, since without 'retention' everything is kept");
    }
    if (keep > 0 && snapshots.filter(each -> each.compareTo(period) <= 0).isEmpty()) {
      throw replica.problem(
          key,
          "needs snapshots to keep: set 'snapshot-interval' to "
              + GoDuration.format(period)
              + " or less");
    }
    return keep;
  }
}
