package io.litestream.core.position;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PositionTest {

  private static final Generation GENERATION = Generation.of(1);

  @ParameterizedTest
  @CsvSource({
    "2, 32, 2, 32, true",
    "2, 56, 2, 32, true",
    "2, 32, 2, 56, false",
    "3, 0, 2, 56, true",
    "2, 56, 3, 0, false",
    "2147483647, 0, 0, 9000000000, true"
  })
  void coversWhatIsNoFurtherByIndexThenOffset(
      int index, long offset, int otherIndex, long otherOffset, boolean covers) {
    Position other = new Position(GENERATION, otherIndex, otherOffset);
    assertThat(new Position(GENERATION, index, offset).covers(other)).isEqualTo(covers);
  }

  @Test
  void coversNothingOfAnotherGeneration() {
    Position other = new Position(Generation.of(2), 0, 0);
    assertThat(new Position(GENERATION, 5, 32).covers(other)).isFalse();
  }
}
