package io.litestream.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream.spi.ObjectWriter;
import io.litestream.spi.ReplicaStore;
import java.io.IOException;
import java.io.InputStream;
import java.util.Random;

/**
 * Bytes that follow from a seed, as many as wanted, never all in memory. No part of them resembles
 * another, so lost, doubled and swapped parts show.
 */
record Pattern(long seed, long length) {

  /** Not a divisor of any part size, so that writes straddle the parts' borders. */
  private static final int CHUNK = 60_001;

  void write(ReplicaStore store, String key) throws IOException {
    try (ObjectWriter writer = store.create(key)) {
      writeTo(writer);
      writer.commit();
    }
  }

  void writeTo(ObjectWriter writer) throws IOException {
    var random = new Random(seed);
    byte[] chunk = new byte[CHUNK];
    for (long left = length; left > 0; left -= CHUNK) {
      random.nextBytes(chunk);
      writer.write(chunk, 0, (int) Math.min(CHUNK, left));
    }
  }

  void assertReadFrom(ReplicaStore store, String key) throws IOException {
    try (InputStream in = store.open(key)) {
      var random = new Random(seed);
      byte[] expected = new byte[CHUNK];
      long position = 0;
      while (position < length) {
        random.nextBytes(expected);
        int wanted = (int) Math.min(CHUNK, length - position);
        byte[] actual = in.readNBytes(wanted);
        assertThat(actual.length + position)
            .as("R1 bytes read back of %d written", length)
            .isEqualTo(wanted + position);
        for (int i = 0; i < wanted; i++) {
          if (actual[i] != expected[i]) {
            throw new AssertionError("R1 byte " + (position + i) + " of " + length + " differs");
          }
        }
        position += wanted;
      }
      assertThat(in.read())
          .as("R1 the stream ends after the %d bytes written", length)
          .isEqualTo(-1);
    }
  }
}
