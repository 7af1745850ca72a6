package io.litestream.replica.s3;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PartSizesTest {

  private final PartSizes growing = new PartSizes(5 << 20, true);

  @Test
  void beginSmallAndGrowAfterEveryThousand() {
    assertThat(growing.of(1)).isEqualTo(5 << 20);
    assertThat(growing.of(1_000)).isEqualTo(5 << 20);
    assertThat(growing.of(1_001)).isEqualTo((5 << 20) * 3 / 2);
    assertThat(growing.of(10_000)).isBetween(192 << 20, 193 << 20);
  }

  @Test
  void sufficeForLargeDatabases() {
    long all = IntStream.rangeClosed(1, PartSizes.MOST_PARTS).mapToLong(growing::of).sum();
    assertThat(all >> 30).isEqualTo(553);
  }

  @Test
  void stayEqualWhereTheyMust() {
    assertThat(new PartSizes(16 << 20, false).of(10_000)).isEqualTo(16 << 20);
  }
}
