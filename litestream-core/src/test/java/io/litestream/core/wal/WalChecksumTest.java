package io.litestream.core.wal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class WalChecksumTest {

  /** Header parts, pages of all sizes, and lengths that are no page. */
  private static final int[] LENGTHS = {
    0, 8, 24, 256, 504, 512, 520, 1024, 2048, 3072, 4096, 8192, 16384, 32768, 65536
  };

  static Stream<Arguments> lengths() {
    return Stream.of(ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN)
        .flatMap(order -> Arrays.stream(LENGTHS).mapToObj(length -> Arguments.of(length, order)));
  }

  /** The checksum as the file format's description says it. */
  private static long byDefinition(
      long seed, byte[] bytes, int offset, int length, ByteOrder order) {
    ByteBuffer words = ByteBuffer.wrap(bytes).order(order);
    int s1 = (int) (seed >>> 32);
    int s2 = (int) seed;
    for (int at = offset; at < offset + length; at += 8) {
      s1 += words.getInt(at) + s2;
      s2 += words.getInt(at + 4) + s1;
    }
    return WalChecksum.of(s1, s2);
  }

  @ParameterizedTest
  @MethodSource("lengths")
  void isTheSumThatTheFormatDefinesForAnyLength(int length, ByteOrder order) {
    Random random = new Random(length);
    byte[] bytes = new byte[24 + length];
    for (int i = 0; i < 20; i++) {
      random.nextBytes(bytes);
      long seed = random.nextLong();
      assertThat(WalChecksum.update(seed, bytes, 24, length, order))
          .isEqualTo(byDefinition(seed, bytes, 24, length, order));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {512, 1024, 2048, 4096, 8192, 16384, 32768, 65536})
  void isCarriedOverAFrameThatIsNotAtHandAnyMore(int pageSize) {
    Random random = new Random(pageSize);
    byte[] bytes = new byte[8 + pageSize];
    for (ByteOrder order : new ByteOrder[] {ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN}) {
      random.nextBytes(bytes);
      long seed = random.nextLong();
      long own = byDefinition(0, bytes, 0, bytes.length, order);
      assertThat(WalChecksum.overFrame(seed, own, pageSize))
          .isEqualTo(byDefinition(seed, bytes, 0, bytes.length, order));
    }
  }

  @ParameterizedTest
  @MethodSource("lengths")
  void changesWithEachByte(int length, ByteOrder order) {
    byte[] bytes = new byte[length];
    long before = WalChecksum.update(1, bytes, 0, length, order);
    for (int at = 0; at < length; at += Math.max(1, length / 97)) {
      bytes[at] ^= 0x10;
      assertThat(WalChecksum.update(1, bytes, 0, length, order))
          .as("byte %s", at)
          .isNotEqualTo(before);
      bytes[at] ^= 0x10;
    }
  }
}
