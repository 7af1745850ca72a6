package io.litestream.core.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream.core.codec.Lz4FormatException.Damage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4FrameInputStream;
import net.jpountz.lz4.LZ4FrameOutputStream;
import net.jpountz.lz4.LZ4FrameOutputStream.BLOCKSIZE;
import net.jpountz.lz4.LZ4FrameOutputStream.FLG;
import net.jpountz.xxhash.XXHashFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class Lz4StreamsTest {

  @ParameterizedTest
  @ValueSource(
      ints = {0, 1, 12, 8191, 8193, 65536, 65537, 1 << 20, (1 << 20) + 1, 3 << 20, 5_000_001})
  void readsBackWhatItWrites(int size) throws IOException {
    byte[] content = content(size);

    assertThat(decode(encode(content))).isEqualTo(content);
  }

  @Test
  void takesBytesInAnyPortions() throws IOException {
    byte[] content = content(3_300_000);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Random random = new Random(4);
    try (Lz4OutputStream lz4 = new Lz4OutputStream(out)) {
      int at = 0;
      while (at < content.length) {
        int part = Math.min(1 + random.nextInt(200_000), content.length - at);
        lz4.write(content, at, part);
        lz4.flush();
        at += part;
      }
      lz4.finish();
    }

    assertThat(decode(out.toByteArray())).isEqualTo(content);
  }

  @Test
  void writesThePeersHeader() throws IOException {
    for (byte[] content : new byte[][] {new byte[0], content(100), content(3 << 20)}) {
      assertThat(HexFormat.of().formatHex(encode(content), 0, 7)).isEqualTo("04224d186470b9");
    }
  }

  @Test
  void writesWhatTheLibraryReads() throws IOException {
    byte[] content = content(3_000_000);

    InputStream library = new LZ4FrameInputStream(new ByteArrayInputStream(encode(content)));

    assertThat(library.readAllBytes()).isEqualTo(content);
  }

  @ParameterizedTest
  @EnumSource(BLOCKSIZE.class)
  void readsEveryBlockSize(BLOCKSIZE size) throws IOException {
    byte[] content = content(9_000_000);

    assertThat(decode(library(content, size, -1, FLG.Bits.CONTENT_CHECKSUM))).isEqualTo(content);
  }

  @Test
  void readsBlockChecksumsAndContentSize() throws IOException {
    byte[] content = content(300_000);
    byte[] frame =
        library(
            content,
            BLOCKSIZE.SIZE_64KB,
            content.length,
            FLG.Bits.BLOCK_CHECKSUM,
            FLG.Bits.CONTENT_SIZE);

    assertThat(decode(frame)).isEqualTo(content);
    frame[19] ^= 1;
    assertDamage(frame, Damage.CHECKSUM);
  }

  @Test
  void saysWhetherThereIsAContentChecksum() throws IOException {
    byte[] content = content(100);
    for (boolean has : new boolean[] {true, false}) {
      byte[] frame =
          has
              ? library(content, BLOCKSIZE.SIZE_64KB, -1, FLG.Bits.CONTENT_CHECKSUM)
              : library(content, BLOCKSIZE.SIZE_64KB, -1);
      try (Lz4InputStream in = new Lz4InputStream(new ByteArrayInputStream(frame))) {
        in.readAllBytes();
        assertThat(in.hasContentChecksum()).isEqualTo(has);
      }
    }
  }

  @Test
  void readsLinkedBlocks() throws IOException {
    byte[] first = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    // 1 literal, then a match of 4 + 8 from 10 before: into the block before; then 5 literals.
    byte[] second = {0x18, 'X', 10, 0, 0x50, 'v', 'w', 'x', 'y', 'z'};
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    byte[] descriptor = {0x44, 0x40};
    frame.writeBytes(new byte[] {0x04, 0x22, 0x4d, 0x18});
    frame.writeBytes(descriptor);
    frame.write(XXHashFactory.fastestInstance().hash32().hash(descriptor, 0, 2, 0) >> 8);
    frame.writeBytes(new byte[] {16, 0, 0, (byte) 0x80});
    frame.writeBytes(first);
    frame.writeBytes(new byte[] {10, 0, 0, 0});
    frame.writeBytes(second);
    frame.writeBytes(new byte[4]);
    byte[] content = "0123456789abcdefX789abcdefX78vwxyz".getBytes(StandardCharsets.US_ASCII);
    byte[] checksum = new byte[4];
    Lz4Frame.INT.set(
        checksum, 0, XXHashFactory.fastestInstance().hash32().hash(content, 0, content.length, 0));
    frame.writeBytes(checksum);

    assertThat(new String(decode(frame.toByteArray()), StandardCharsets.US_ASCII))
        .isEqualTo(new String(content, StandardCharsets.US_ASCII));
  }

  @Test
  void carriesANoteThatOthersPassOver() throws IOException {
    byte[] content = content(100_000);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (Lz4OutputStream lz4 = new Lz4OutputStream(out, new byte[] {1, 2, 3})) {
      lz4.write(content);
      lz4.finish();
    }
    byte[] frame = out.toByteArray();

    try (Lz4InputStream in = new Lz4InputStream(new ByteArrayInputStream(frame))) {
      assertThat(in.readAllBytes()).isEqualTo(content);
      assertThat(in.note()).hasValue(new byte[] {1, 2, 3});
      in.next(new ByteArrayInputStream(encode(content)));
      assertThat(in.readAllBytes()).isEqualTo(content);
      assertThat(in.note()).isEmpty();
    }
    assertThat(new LZ4FrameInputStream(new ByteArrayInputStream(frame)).readAllBytes())
        .isEqualTo(content);
    int note = frame.length - 15;
    assertThat(frame).startsWith(encode(content)).hasSize(encode(content).length + 15);
    byte[] otherNumber = frame.clone();
    otherNumber[note] ^= 1;
    assertThat(decode(otherNumber)).isEqualTo(content);
    byte[] damaged = frame.clone();
    damaged[note + 9] ^= 1;
    assertDamage(damaged, Damage.CHECKSUM);
    byte[] long64 = frame.clone();
    long64[note + 6] = 2;
    assertDamage(long64, Damage.MALFORMED);
    for (int length = note + 1; length < note + 4; length++) {
      assertDamage(Arrays.copyOf(frame, length), Damage.TRAILING);
    }
    for (int length = note + 4; length < frame.length; length++) {
      assertDamage(Arrays.copyOf(frame, length), Damage.TRUNCATED);
    }
  }

  @Test
  void neverTakesATruncatedFrameForWhole() throws IOException {
    byte[] frame = encode(content(2000));
    assertDamage(new byte[0], Damage.EMPTY);
    for (int length = 1; length < frame.length; length++) {
      assertDamage(Arrays.copyOf(frame, length), Damage.TRUNCATED);
    }
  }

  @Test
  void neverTakesAFlippedBitForGood() throws IOException {
    byte[] content = content(2000);
    byte[] frame = encode(content);
    int harmless = 0;
    for (int bit = 0; bit < 8 * frame.length; bit++) {
      byte[] damaged = frame.clone();
      damaged[bit / 8] ^= (byte) (1 << (bit % 8));
      try {
        // A match that repeats may also begin elsewhere: another frame of the same content.
        assertThat(decode(damaged)).as("bit %s", bit).isEqualTo(content);
        harmless++;
      } catch (Lz4FormatException e) {
        assertThat(e).hasMessageNotContaining("\n");
      }
    }
    assertThat(harmless).isLessThan(frame.length / 10);
  }

  @Test
  void tellsKindsOfDamageApart() throws IOException {
    byte[] content = new byte[70_000];
    new Random(5).nextBytes(content);
    byte[] frame = encode(content);
    byte[] flipped = frame.clone();
    flipped[40_000] ^= 4;
    assertDamage(flipped, Damage.CHECKSUM);
    byte[] longer = Arrays.copyOf(frame, frame.length + 1);
    assertDamage(longer, Damage.TRAILING);
    byte[] twice = Arrays.copyOf(frame, 2 * frame.length);
    System.arraycopy(frame, 0, twice, frame.length, frame.length);
    assertDamage(twice, Damage.TRAILING);
    byte[] hugeBlock = frame.clone();
    Arrays.fill(hugeBlock, 7, 11, (byte) 0x7F);
    assertDamage(hugeBlock, Damage.MALFORMED);
    byte[] wrongHeader = frame.clone();
    wrongHeader[6] ^= 1;
    assertDamage(wrongHeader, Damage.CHECKSUM);
    assertDamage("plain text".getBytes(StandardCharsets.US_ASCII), Damage.NOT_LZ4);
    assertThatIOException()
        .isThrownBy(
            () -> decode("age-encryption.org/v1\n-> X25519".getBytes(StandardCharsets.US_ASCII)))
        .withMessageContaining("encrypted with age");
  }

  @Test
  void readsTheNextFrameAfterADamagedOne() throws IOException {
    byte[] content = content(100_000);
    byte[] damaged = encode(content);
    damaged[5000] ^= 1;
    try (Lz4InputStream in = new Lz4InputStream(new ByteArrayInputStream(damaged))) {
      assertThatThrownBy(in::readAllBytes).isInstanceOf(Lz4FormatException.class);
      in.next(new ByteArrayInputStream(encode(content)));
      assertThat(in.readAllBytes()).isEqualTo(content);
    }
  }

  @Test
  void leavesAFrameThatIsNotFinishedUnreadable() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (Lz4OutputStream lz4 = new Lz4OutputStream(out)) {
      lz4.write(content(2_000_000));
    }
    assertDamage(out.toByteArray(), Damage.TRUNCATED);
  }

  @Test
  void refusesToWriteAfterTheEnd() throws IOException {
    try (Lz4OutputStream lz4 = new Lz4OutputStream(OutputStream.nullOutputStream())) {
      lz4.finish();
      assertThatIOException().isThrownBy(() -> lz4.write(1));
    }
  }

  private static byte[] library(byte[] content, BLOCKSIZE size, long known, FLG.Bits... bits)
      throws IOException {
    FLG.Bits[] all = Arrays.copyOf(bits, bits.length + 1);
    all[bits.length] = FLG.Bits.BLOCK_INDEPENDENCE;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream lz4 =
        new LZ4FrameOutputStream(
            out,
            size,
            known,
            LZ4Factory.fastestInstance().fastCompressor(),
            XXHashFactory.fastestInstance().hash32(),
            all)) {
      lz4.write(content);
    }
    return out.toByteArray();
  }

  private static void assertDamage(byte[] frame, Damage damage) {
    assertThatThrownBy(() -> decode(frame))
        .isInstanceOfSatisfying(
            Lz4FormatException.class, e -> assertThat(e.damage()).isEqualTo(damage));
  }

  private static byte[] encode(byte[] content) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (Lz4OutputStream lz4 = new Lz4OutputStream(out)) {
      lz4.write(content);
      lz4.finish();
    }
    return out.toByteArray();
  }

  private static byte[] decode(byte[] frame) throws IOException {
    try (Lz4InputStream in = new Lz4InputStream(new ByteArrayInputStream(frame))) {
      return in.readAllBytes();
    }
  }

  /** Half repetitive, half random. */
  private static byte[] content(int size) {
    byte[] content = new byte[size];
    Random random = new Random(size);
    byte[] part = new byte[64];
    for (int at = 0; at < size; at += part.length) {
      if (random.nextBoolean()) {
        random.nextBytes(part);
      }
      System.arraycopy(part, 0, content, at, Math.min(part.length, size - at));
    }
    return content;
  }
}
