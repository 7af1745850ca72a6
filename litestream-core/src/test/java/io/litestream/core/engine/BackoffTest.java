package io.litestream.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BackoffTest {

  private static final double NEVER_SHORTER = 0;
  private static final double SHORTEST = Math.nextDown(1.0);

  private static List<Long> millis(Backoff backoff, int failures) {
    return Stream.generate(backoff::next).limit(failures).map(Duration::toMillis).toList();
  }

  private static Backoff backoff(Duration first, Duration ceiling, double random) {
    return new Backoff(first, ceiling, () -> random);
  }

  @Test
  void eachPauseIsTwiceAsLongAsTheOneBeforeUpToTheCeiling() {
    Backoff backoff = backoff(Duration.ofSeconds(1), Duration.ofSeconds(10), NEVER_SHORTER);

    assertThat(millis(backoff, 6)).containsExactly(1000L, 2000L, 4000L, 8000L, 10000L, 10000L);
  }

  @Test
  void chanceMakesAPauseShorterByAHalfAtMost() {
    Backoff backoff = backoff(Duration.ofSeconds(1), Duration.ofSeconds(10), SHORTEST);

    assertThat(millis(backoff, 5)).containsExactly(500L, 1000L, 2000L, 4000L, 5000L);
  }

  @Test
  void afterASuccessItBeginsFromTheFirstPauseAgain() {
    Backoff backoff = backoff(Duration.ofSeconds(1), Duration.ofSeconds(10), NEVER_SHORTER);
    millis(backoff, 5);

    backoff.reset();

    assertThat(millis(backoff, 2)).containsExactly(1000L, 2000L);
  }

  @Test
  void aFirstPauseBeyondTheCeilingIsTheCeiling() {
    Backoff backoff = backoff(Duration.ofDays(1), Duration.ofSeconds(30), NEVER_SHORTER);

    assertThat(millis(backoff, 2)).containsExactly(30_000L, 30_000L);
  }

  @Test
  void aPauseIsNeverZeroHoweverManyFailuresThereWere() {
    for (Duration first : List.of(Duration.ofMillis(2), Duration.ofHours(3), Duration.ofDays(9))) {
      Backoff backoff = backoff(first, Duration.ofMinutes(1), SHORTEST);

      assertThat(millis(backoff, 100)).as("first pause %s", first).allMatch(pause -> pause > 0);
    }
  }
}
