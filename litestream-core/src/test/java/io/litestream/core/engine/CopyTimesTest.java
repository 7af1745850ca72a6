package io.litestream.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream.core.position.Generation;
import io.litestream.core.position.Position;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class CopyTimesTest {

  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final Generation FIRST = new Generation("1111111111111111");
  private static final Generation SECOND = new Generation("2222222222222222");

  private final CopyTimes times = new CopyTimes();

  private static Instant at(int second) {
    return START.plusSeconds(second);
  }

  private static Position end(Generation generation, int index, long offset) {
    return new Position(generation, index, offset);
  }

  @Test
  void whatWasCopiedFirstOfTheMissingSaysHowLong() {
    times.copied(end(FIRST, 0, 100), at(1));
    times.copied(end(FIRST, 0, 200), at(2));
    times.copied(end(FIRST, 1, 50), at(3));

    assertThat(times.waitingSince(null)).contains(at(1));
    assertThat(times.waitingSince(end(FIRST, 0, 99))).contains(at(1));
    assertThat(times.waitingSince(end(FIRST, 0, 100))).contains(at(2));
    assertThat(times.waitingSince(end(FIRST, 0, 200))).contains(at(3));
    assertThat(times.waitingSince(end(FIRST, 1, 0))).contains(at(3));
    assertThat(times.waitingSince(end(FIRST, 1, 50))).isEmpty();
    assertThat(times.waitingSince(end(FIRST, 2, 0))).isEmpty();
  }

  @Test
  void nothingCopiedIsNothingMissing() {
    assertThat(times.waitingSince(null)).isEmpty();
    assertThat(times.waitingSince(end(FIRST, 0, 0))).isEmpty();
  }

  @Test
  void lookingAgainWithoutAChangeDoesNotMakeTheWaitShorter() {
    times.copied(end(FIRST, 0, 100), at(1));
    times.copied(end(FIRST, 0, 100), at(60));

    assertThat(times.waitingSince(null)).contains(at(1));
  }

  @Test
  void aNewGenerationIsWaitedForSinceItBegan() {
    times.copied(end(FIRST, 0, 100), at(1));
    times.copied(end(SECOND, 0, 0), at(10));
    times.copied(end(SECOND, 0, 32), at(20));

    assertThat(times.waitingSince(end(FIRST, 0, 50))).contains(at(1));
    assertThat(times.waitingSince(end(FIRST, 0, 100))).contains(at(10));
    assertThat(times.waitingSince(end(SECOND, 0, 32))).isEmpty();
  }

  @Test
  void aLongOutageLooksNoShorterThanItIs() {
    int seconds = 24 * 60 * 60;
    for (int second = 1; second <= seconds; second++) {
      times.copied(end(FIRST, 0, second), at(second));
    }

    for (int held = 0; held < seconds; held += 997) {
      Instant since = times.waitingSince(end(FIRST, 0, held)).orElseThrow();
      assertThat(since).as("held %d", held).isBeforeOrEqualTo(at(held + 1));
    }
    assertThat(times.waitingSince(null)).contains(at(1));
    assertThat(times.waitingSince(end(FIRST, 0, seconds))).isEmpty();
    // What matters most, the last seconds, is exact.
    for (int held = seconds - CopyTimes.CAPACITY / 4; held < seconds; held++) {
      assertThat(times.waitingSince(end(FIRST, 0, held))).contains(at(held + 1));
    }
  }

  @Test
  void theWaitOfAReplicaThatFollowsIsItsOwn() {
    for (int second = 1; second <= 10_000; second++) {
      times.copied(end(FIRST, 0, second), at(second));
      Instant since = times.waitingSince(end(FIRST, 0, Math.max(0, second - 3))).orElseThrow();
      assertThat(Duration.between(since, at(second))).isLessThanOrEqualTo(Duration.ofSeconds(2));
    }
  }
}
