package io.litestream.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WriteRateTest {

  private static final long SECOND = 1_000_000_000;

  private final WriteRate rate = new WriteRate(500, -SECOND);

  @Test
  void isZeroBeforeAStretchIsOver() {
    rate.update(1_000_000, -SECOND + 1000);
    assertThat(rate.perSecond()).isZero();
  }

  @Test
  void isThatOfTheLastStretchThatIsOver() {
    rate.update(1500, -SECOND / 2);
    assertThat(rate.perSecond()).isEqualTo(2000);
    rate.update(1600, -SECOND / 2 + SECOND / 10);
    assertThat(rate.perSecond()).as("the new stretch is too short").isEqualTo(2000);
    rate.update(1600, 0);
    assertThat(rate.perSecond()).isEqualTo(200);
    rate.update(1600, SECOND);
    assertThat(rate.perSecond()).isZero();
  }

  @Test
  void showsABurstAtOnce() {
    rate.update(500 + (40 << 20), -SECOND + SECOND / 10);
    assertThat(rate.perSecond()).isEqualTo(10.0 * (40 << 20));
  }

  @Test
  void goesOnWhenCountingBeginsAnew() {
    rate.update(100, 0);
    assertThat(rate.perSecond()).isEqualTo(100);
  }
}
