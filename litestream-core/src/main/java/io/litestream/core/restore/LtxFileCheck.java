package io.litestream.core.restore;

import io.litestream.core.ltx.DatabaseChecksum;
import io.litestream.core.ltx.LtxDecoder;
import io.litestream.core.ltx.LtxHeader;
import io.litestream.core.replica.LtxFile;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What reading one LTX file to its end has shown. Its own checksum has proved by then that it is as
 * it was written; what is wrong all the same is told in words that complete "this file …".
 *
 * @param tail from this page on, to the end of the database, all pages are in the file; beyond the
 *     end if not even the last one is
 * @param after the database checksum after the file, if it is kept
 * @param damage what is wrong with the file itself
 */
record LtxFileCheck(
    LtxFile file, LtxHeader header, long tail, OptionalLong after, Optional<String> damage) {

  private static final int READ_BUFFER = 64 << 10;

  /**
   * Reads a file; keeps nothing of it.
   *
   * @throws io.litestream.core.ltx.LtxFormatException if it is not as it was written
   */
  static LtxFileCheck read(LtxFile file, InputStream in) throws IOException {
    LtxDecoder decoder =
        new LtxDecoder(new BufferedInputStream(in, (int) Math.min(file.size() + 1, READ_BUFFER)));
    LtxHeader header = decoder.header();
    boolean summed = header.isWhole() && header.checksummed();
    DatabaseChecksum checksum = new DatabaseChecksum();
    byte[] bytes = new byte[header.pageSize()];
    long tail = 1;
    long expected = 1;
    long missing = 0;
    for (long page = decoder.nextPage(bytes, 0); page != 0; page = decoder.nextPage(bytes, 0)) {
      if (page != expected) {
        tail = page;
        missing = missing == 0 ? expected : missing;
      }
      expected = page + 1 == header.lockPage() ? page + 2 : page + 1;
      if (summed) {
        checksum.add(page, bytes, 0, bytes.length);
      }
    }
    if (expected <= header.pages()) {
      tail = header.pages() + 1;
      missing = missing == 0 ? expected : missing;
    }
    Optional<String> damage = LtxChain.misnamed(file, header);
    if (damage.isEmpty() && header.isWhole() && missing != 0) {
      damage = Optional.of(LtxChain.incomplete(missing, header.pages()));
    }
    OptionalLong after = decoder.after();
    if (damage.isEmpty() && summed && after.getAsLong() != checksum.value()) {
      damage =
          Optional.of(
              "holds a database with checksum %016x, and says %016x"
                  .formatted(checksum.value(), after.getAsLong()));
    }
    return new LtxFileCheck(file, header, tail, after, damage);
  }

  boolean isWhole() {
    return header.isWhole();
  }

  /** What is wrong with this file as the continuation of one that ends just before it. */
  Optional<String> continuing(LtxFileCheck before) {
    if (before.header.pageSize() != header.pageSize()) {
      return Optional.of(LtxChain.otherPages(header.pageSize(), before.header.pageSize()));
    }
    OptionalLong expected = header.before();
    if (expected.isPresent()
        && before.after.isPresent()
        && expected.getAsLong() != before.after.getAsLong()) {
      return Optional.of(LtxChain.otherDatabase(expected.getAsLong(), before.after.getAsLong()));
    }
    boolean grows = header.pages() > before.header.pages();
    // The page that SQLite never uses is in no file.
    long from = tail - 1 == header.lockPage() ? tail - 1 : tail;
    return grows && from > before.header.pages() + 1
        ? Optional.of(LtxChain.incomplete(from - 1, header.pages()))
        : Optional.empty();
  }
}
