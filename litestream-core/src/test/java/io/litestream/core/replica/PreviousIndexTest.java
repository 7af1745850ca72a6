package io.litestream.core.replica;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.litestream.core.replica.PreviousIndex.Facts;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PreviousIndexTest {

  private static final Facts FACTS =
      new Facts(
          0xFEDCBA9876543210L,
          0x89ABCDEF,
          0x12345678,
          0xFFFFFFFEL,
          Optional.of(Instant.parse("2026-11-25T10:00:00.123Z")),
          Instant.parse("2026-11-25T10:01:00.456Z"));

  @Test
  void readsBackItsNote() {
    PreviousIndex previous = new PreviousIndex(0x1_2345_6789L, Optional.of(FACTS));

    assertThat(PreviousIndex.parse(previous.toNote())).contains(previous);
  }

  @Test
  void aBeginningMayBeUnknown() {
    PreviousIndex previous =
        new PreviousIndex(
            4128,
            Optional.of(
                new Facts(0, 0, 0, 0, Optional.empty(), Instant.parse("2026-11-25T10:00:00Z"))));

    assertThat(PreviousIndex.parse(previous.toNote())).contains(previous);
  }

  /** Replicas hold notes that early versions wrote. */
  @Test
  void readsAnEarlyNote() {
    byte[] early = ByteBuffer.allocate(16).put("prev-end".getBytes(US_ASCII)).putLong(4128).array();

    assertThat(PreviousIndex.parse(early)).contains(new PreviousIndex(4128, Optional.empty()));
    assertThat(new PreviousIndex(4128, Optional.empty()).toNote()).isEqualTo(early);
  }

  /** A later version may have more to say. */
  @Test
  void readsWhatItKnowsOfALongerNote() {
    PreviousIndex previous = new PreviousIndex(5, Optional.of(FACTS));
    byte[] longer = Arrays.copyOf(previous.toNote(), 90);

    assertThat(PreviousIndex.parse(longer)).contains(previous);
    assertThat(PreviousIndex.parse(Arrays.copyOf(previous.toNote(), 51))).isEmpty();
  }

  @Test
  void passesOverOtherNotes() {
    byte[] other = new PreviousIndex(5, Optional.of(FACTS)).toNote();
    other[0] = 'P';
    byte[] negative = new PreviousIndex(5, Optional.of(FACTS)).toNote();
    negative[8] = (byte) 0x80;

    assertThat(PreviousIndex.parse(other)).isEmpty();
    assertThat(PreviousIndex.parse(negative)).isEmpty();
    assertThat(PreviousIndex.parse("prev-end".getBytes(US_ASCII))).isEmpty();
    assertThat(PreviousIndex.parse(new byte[0])).isEmpty();
  }
}
