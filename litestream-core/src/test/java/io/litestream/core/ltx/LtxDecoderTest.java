package io.litestream.core.ltx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream.core.position.TxId;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of the real Litestream v0.5, and what is left of them after damage. */
class LtxDecoderTest {

  private static final Path REPLICAS = Path.of("src/test/resources/v05");

  static List<Path> files() throws IOException {
    try (Stream<Path> files = Files.walk(REPLICAS)) {
      return files.filter(file -> file.toString().endsWith(".ltx")).sorted().toList();
    }
  }

  private static Path smallest(String replica) throws IOException {
    return REPLICAS.resolve(replica).resolve("ltx/1").resolve(LtxBytes.name(1, 3));
  }

  private static Map<Long, byte[]> decode(byte[] bytes) throws IOException {
    return decode(new LtxDecoder(new ByteArrayInputStream(bytes)));
  }

  private static Map<Long, byte[]> decode(LtxDecoder decoder) throws IOException {
    Map<Long, byte[]> pages = new TreeMap<>();
    byte[] page = new byte[decoder.header().pageSize()];
    for (long number = decoder.nextPage(page, 0); number != 0; ) {
      pages.put(number, page.clone());
      number = decoder.nextPage(page, 0);
    }
    return pages;
  }

  @ParameterizedTest
  @MethodSource("files")
  void readsWhatThePeerHasWritten(Path file) throws IOException {
    LtxDecoder decoder = new LtxDecoder(new ByteArrayInputStream(Files.readAllBytes(file)));

    Map<Long, byte[]> pages = decode(decoder);

    LtxHeader header = decoder.header();
    assertThat(LtxBytes.name(header.first().number(), header.last().number()))
        .isEqualTo(file.getFileName().toString());
    assertThat(header.pageSize()).isEqualTo(file.toString().contains("blocks") ? 4096 : 1024);
    assertThat(header.checksummed()).isFalse();
    assertThat(decoder.after()).isEmpty();
    assertThat(pages).isNotEmpty();
    if (header.isWhole()) {
      assertThat(pages).hasSize((int) header.pages());
      assertThat(new String(pages.get(1L), 0, 15, StandardCharsets.US_ASCII))
          .isEqualTo("SQLite format 3");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"blocks", "frames"})
  void noFlippedBitGoesUnnoticed(String replica) throws IOException {
    byte[] whole = Files.readAllBytes(smallest(replica));
    Map<Long, byte[]> pages = decode(whole);
    int noticed = 0;
    for (int i = 0; i < whole.length; i++) {
      for (int bit = 0; bit < 8; bit++) {
        byte[] damaged = whole.clone();
        damaged[i] ^= (byte) (1 << bit);
        try {
          Map<Long, byte[]> decoded = decode(damaged);
          // Some bits of LZ4 have no say: where a match may as well refer to another equal byte.
          assertThat(decoded.keySet()).isEqualTo(pages.keySet());
          decoded.forEach((page, bytes) -> assertThat(bytes).isEqualTo(pages.get(page)));
        } catch (LtxFormatException e) {
          assertThat(e).hasMessageNotContaining("\n");
          noticed++;
        }
      }
    }
    assertThat(noticed).isGreaterThan(whole.length * 8 * 9 / 10);
  }

  @ParameterizedTest
  @ValueSource(strings = {"blocks", "frames"})
  void noMissingEndGoesUnnoticed(String replica) throws IOException {
    byte[] whole = Files.readAllBytes(smallest(replica));
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> decode(cut))
          .as("%d of %d bytes", length, whole.length)
          .isInstanceOf(LtxFormatException.class)
          .hasMessageContaining("truncated");
    }
  }

  @Test
  void nothingMayFollow() throws IOException {
    byte[] whole = Files.readAllBytes(smallest("blocks"));

    assertThatThrownBy(() -> decode(Arrays.copyOf(whole, whole.length + 1)))
        .isInstanceOf(LtxFormatException.class)
        .hasMessage("goes on after its end");
  }

  @Test
  void oneDecoderReadsManyFilesAlsoAfterADamagedOne() throws IOException {
    byte[] frames = Files.readAllBytes(smallest("frames"));
    byte[] blocks = Files.readAllBytes(smallest("blocks"));
    LtxDecoder decoder = new LtxDecoder(new ByteArrayInputStream(frames));
    Map<Long, byte[]> first = decode(decoder);
    decoder.next(new ByteArrayInputStream(frames, 0, frames.length / 2));
    assertThatThrownBy(() -> decode(decoder)).isInstanceOf(LtxFormatException.class);
    decoder.next(new ByteArrayInputStream(blocks));
    Map<Long, byte[]> second = decode(decoder);
    decoder.next(new ByteArrayInputStream(frames));

    assertThat(decode(decoder).get(1L)).isEqualTo(first.get(1L));
    assertThat(second.get(1L)).isEqualTo(decode(blocks).get(1L));
  }

  @Test
  void tellsChecksumsWhereTheyAreKept() throws IOException {
    byte[] page = new byte[512];
    LtxDecoder decoder =
        new LtxDecoder(
            new ByteArrayInputStream(
                new LtxBytes(512, 2, 2, 1)
                    .page(1, page)
                    .at(1234)
                    .checksums(OptionalLong.of(-5), -7)
                    .bytes()));

    decode(decoder);

    assertThat(decoder.header().before()).hasValue(-5);
    assertThat(decoder.after()).hasValue(-7);
    assertThat(decoder.header().first()).isEqualTo(new TxId(2));
    assertThat(decoder.header().time().toEpochMilli()).isEqualTo(1234);
  }

  @Test
  void aSizeThatNoPageCanHaveAllocatesNothing() {
    byte[] bytes = new LtxBytes(512, 1, 1, 1).page(1, new byte[512]).bytes();
    ByteBuffer.wrap(bytes).putInt(LtxHeader.SIZE + 6, Integer.MAX_VALUE);

    assertThatThrownBy(() -> decode(bytes))
        .isInstanceOf(LtxFormatException.class)
        .hasMessageContaining("2147483647 bytes where at most 530 are possible");
  }

  @Test
  void pagesAreWhereTheyCanBe() {
    byte[] page = new byte[65536];
    long lock = LockPage.of(65536);
    assertThat(lock).isEqualTo(16385);

    assertThatThrownBy(() -> decode(new LtxBytes(65536, 2, 2, 1).page(2, page).bytes()))
        .hasMessageContaining("page 2 of a database of 1 pages");
    assertThatThrownBy(() -> decode(new LtxBytes(65536, 2, 2, lock).page(lock, page).bytes()))
        .hasMessageContaining("page 16385, which SQLite never uses");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 4, 8, 16, 24, 40})
  void aHeaderThatCannotBeIsRefused(int at) {
    byte[] bytes = new LtxBytes(512, 2, 2, 1).page(1, new byte[512]).bytes();
    ByteBuffer.wrap(bytes).putInt(at, 0xC0000000);

    assertThatThrownBy(() -> decode(bytes))
        .isInstanceOf(LtxFormatException.class)
        .hasMessageMatching(".*(LTX header|no LTX file).*");
  }
}
