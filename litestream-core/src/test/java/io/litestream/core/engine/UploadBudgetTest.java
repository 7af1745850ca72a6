package io.litestream.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The clock that this is about may begin anywhere, and runs over its end like any other number. */
class UploadBudgetTest {

  private static final long INTERVAL = 1_000_000_000;
  private static final long LONG_AGO = 3600 * INTERVAL;

  private static UploadBudget budget(long now) {
    return new UploadBudget(Duration.ofNanos(INTERVAL), now);
  }

  /** How many uploads it allows when asked a thousand times per interval. */
  private static int uploads(UploadBudget budget, long from, int intervals) {
    int count = 0;
    for (long passed = 0; passed < intervals * INTERVAL; passed += INTERVAL / 1000) {
      count += budget.tryTake(from + passed) ? 1 : 0;
    }
    return count;
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -5 * INTERVAL, Long.MAX_VALUE - INTERVAL, Long.MIN_VALUE})
  void theFirstUploadGoesOutAtOnceAndOneMoreIsSavedUp(long now) {
    UploadBudget budget = budget(now);

    assertThat(budget.tryTake(now)).isTrue();
    assertThat(budget.tryTake(now)).isTrue();
    assertThat(budget.tryTake(now)).isFalse();
    assertThat(budget.readyAt() - now).isEqualTo(INTERVAL);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, Long.MAX_VALUE - INTERVAL})
  void aLongQuietSpellSavesNoMoreThanOne(long now) {
    UploadBudget budget = budget(now - LONG_AGO);

    assertThat(uploads(budget, now, 1)).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, Long.MAX_VALUE - 3 * INTERVAL})
  void underConstantLoadThereIsOneUploadPerInterval(long now) {
    assertThat(uploads(budget(now), now, 100)).isEqualTo(101);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, Long.MAX_VALUE - INTERVAL})
  void theNextUploadIsAllowedAtTheVeryTimeItNames(long now) {
    UploadBudget budget = budget(now);
    budget.take(now);
    budget.take(now);

    assertThat(budget.tryTake(budget.readyAt() - 1)).isFalse();
    assertThat(budget.tryTake(budget.readyAt())).isTrue();
  }

  @ParameterizedTest
  @ValueSource(longs = {0, Long.MAX_VALUE - INTERVAL})
  void uploadsThatAreTakenWithoutAskingNeverPutOffTheNextByMoreThanAnInterval(long now) {
    UploadBudget budget = budget(now);
    for (int i = 0; i < 1000; i++) {
      budget.take(now);
    }

    assertThat(budget.readyAt() - now).isEqualTo(INTERVAL);
  }
}
