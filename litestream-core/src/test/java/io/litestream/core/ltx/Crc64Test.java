package io.litestream.core.ltx;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Crc64Test {

  /** The check value that catalogues of CRCs give for CRC-64/GO-ISO. */
  @Test
  void isTheOneOfIso3309() {
    byte[] digits = "123456789".getBytes(StandardCharsets.US_ASCII);

    assertThat(crc(digits, digits.length)).isEqualTo(0xb90956c775a41001L);
    assertThat(crc(digits, 0)).isZero();
  }

  @Test
  void doesNotDependOnHowTheBytesArePortioned() {
    Random random = new Random(64);
    byte[] bytes = new byte[1000];
    random.nextBytes(bytes);
    for (int round = 0; round < 200; round++) {
      Crc64 crc = new Crc64();
      int at = 0;
      while (at < bytes.length) {
        int part = Math.min(bytes.length - at, random.nextInt(40));
        crc.update(bytes, at, part);
        at += part;
      }
      assertThat(crc.value()).isEqualTo(bitByBit(bytes));
    }
  }

  private static long crc(byte[] bytes, int length) {
    Crc64 crc = new Crc64();
    crc.update(bytes, 0, length);
    return crc.value();
  }

  private static long bitByBit(byte[] bytes) {
    long register = -1;
    for (byte b : bytes) {
      register ^= b & 0xFF;
      for (int bit = 0; bit < 8; bit++) {
        register = (register >>> 1) ^ ((register & 1) == 0 ? 0 : 0xD800000000000000L);
      }
    }
    return ~register;
  }
}
