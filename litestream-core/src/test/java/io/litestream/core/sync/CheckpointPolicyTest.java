package io.litestream.core.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream.core.sync.CheckpointPolicy.Urgency;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CheckpointPolicyTest {

  @ParameterizedTest(name = "{0} frames, {1} s since the last, interval {2} s: {3}")
  @CsvSource({
    "0, 3600, 60, NONE",
    "1, 3600, 60, NONE", // the row of a restart alone: an idle database stays as it is
    "2, 59, 60, NONE",
    "2, 60, 60, LOW",
    "2, 3600, 0, NONE", // zero is never
    "999, 0, 60, NONE",
    "1000, 0, 60, LOW",
    "1000, 0, 0, LOW",
    "9999, 3600, 60, LOW",
    "10000, 0, 60, HIGH",
    "10000, 0, 0, HIGH",
    "10000000000, 0, 60, HIGH"
  })
  void sizeCountsAtOnceAndTimeCountsForAllButAnIdleDatabase(
      long frames, long secondsSinceLast, long intervalSeconds, Urgency urgency) {
    CheckpointPolicy policy =
        new CheckpointPolicy(Duration.ofSeconds(intervalSeconds), 1000, 10000);

    assertThat(policy.urgency(frames, Duration.ofSeconds(secondsSinceLast))).isEqualTo(urgency);
  }
}
