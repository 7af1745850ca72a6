package io.litestream.core.retention;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream.core.position.Position;
import java.util.BitSet;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;

class IndexRangesTest {

  @Test
  void behavesAsASetOfIndexes() {
    Random random = new Random(11);
    for (int round = 0; round < 300; round++) {
      IndexRanges ranges = IndexRanges.NONE;
      BitSet set = new BitSet();
      for (int step = 0; step < 12; step++) {
        int index = random.nextInt(20);
        boolean tail = random.nextInt(6) == 0;
        IndexRanges other = tail ? IndexRanges.from(index) : IndexRanges.only(index);
        boolean add = random.nextInt(3) > 0;
        ranges = add ? ranges.plus(other) : ranges.minus(other);
        set.set(index, tail ? 100 : index + 1, add);
      }
      for (int index = 0; index < 30; index++) {
        int next = set.nextSetBit(index);
        assertThat(ranges.contains(index)).isEqualTo(set.get(index));
        assertThat(ranges.firstFrom(index))
            .isEqualTo(next < 0 ? OptionalInt.empty() : OptionalInt.of(next));
      }
      assertThat(ranges.isEmpty()).isEqualTo(set.isEmpty());
    }
  }

  @Test
  void equalSetsAreEqual() {
    IndexRanges joined = IndexRanges.only(3).plus(IndexRanges.only(4));

    assertThat(joined.runs()).hasSize(1);
    assertThat(IndexRanges.ALL.minus(IndexRanges.from(5)).plus(IndexRanges.from(5)))
        .isEqualTo(IndexRanges.ALL);
    assertThat(IndexRanges.ALL.contains(Position.MAX_INDEX)).isTrue();
  }
}
