package io.litestream.core.replica;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class PreviousIndexTest {

  @Test
  void readsBackItsNote() {
    PreviousIndex previous = new PreviousIndex(0x1_2345_6789L);

    assertThat(PreviousIndex.parse(previous.toNote())).contains(previous);
  }

  @Test
  void passesOverOtherNotes() {
    byte[] other = new PreviousIndex(5).toNote();
    other[0] = 'P';
    byte[] negative = new PreviousIndex(5).toNote();
    negative[8] = (byte) 0x80;

    assertThat(PreviousIndex.parse(other)).isEmpty();
    assertThat(PreviousIndex.parse(negative)).isEmpty();
    assertThat(PreviousIndex.parse("prev-end".getBytes(StandardCharsets.US_ASCII))).isEmpty();
    assertThat(PreviousIndex.parse(new byte[0])).isEmpty();
  }
}
