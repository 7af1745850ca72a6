package io.litestream.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream.core.drill.DrillRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DrillScheduleTest {

  private static final Instant NOW = Instant.parse("2026-11-25T12:00:00Z");

  private static Optional<DrillRecord> ended(Duration ago, Optional<String> error) {
    return Optional.of(new DrillRecord("place", NOW.minus(ago), Duration.ofSeconds(3), error));
  }

  @ParameterizedTest(name = "every {0}, last {1} ago: in {2}")
  @CsvSource({
    "PT24H, PT0S,    PT24H",
    "PT24H, PT10H,   PT14H",
    "PT24H, PT23H59M30S, PT1M",
    "PT24H, PT24H,   PT1M",
    "PT24H, P400D,   PT1M",
    "PT10S, PT4S,    PT10S",
    "PT10S, PT1H,    PT10S",
    // The clock was ahead when it ended.
    "PT24H, PT-1H,   PT24H",
    "PT24H, P-9000D, PT24H",
  })
  void afterAStartTheRestOfTheIntervalIsWaitedForButAtLeastAMinute(
      Duration interval, Duration ago, Duration wait) {
    assertThat(new DrillSchedule(interval).afterStart(ended(ago, Optional.empty()), NOW))
        .isEqualTo(wait);
  }

  @ParameterizedTest
  @CsvSource({"PT24H, PT1M", "PT10S, PT10S"})
  void afterAStartThatFollowsAFailureOrNothingItIsDueSoon(Duration interval, Duration wait) {
    DrillSchedule schedule = new DrillSchedule(interval);

    assertThat(schedule.afterStart(Optional.empty(), NOW)).isEqualTo(wait);
    assertThat(schedule.afterStart(ended(Duration.ofSeconds(1), Optional.of("1 page")), NOW))
        .isEqualTo(wait);
  }

  @Test
  void afterADrillHowItEndedCounts() {
    DrillSchedule daily = new DrillSchedule(Duration.ofDays(1));
    DrillSchedule often = new DrillSchedule(Duration.ofSeconds(5));

    assertThat(daily.afterSuccess()).isEqualTo(Duration.ofDays(1));
    assertThat(daily.afterFailure()).isEqualTo(Duration.ofHours(1));
    assertThat(daily.afterNone()).isEqualTo(Duration.ofMinutes(1));
    assertThat(often.afterSuccess()).isEqualTo(Duration.ofSeconds(5));
    assertThat(often.afterFailure()).isEqualTo(Duration.ofSeconds(5));
    assertThat(often.afterNone()).isEqualTo(Duration.ofSeconds(5));
  }
}
