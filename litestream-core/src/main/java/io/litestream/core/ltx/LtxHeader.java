package io.litestream.core.ltx;

import io.litestream.core.position.TxId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.OptionalLong;

/**
 * The beginning of an LTX file, see {@link io.litestream.core.ltx package description}.
 *
 * @param pageSize bytes, a power of two from 512 to 65536
 * @param pages size of the database after the last transaction, from 0
 * @param time when the last transaction was made; in a snapshot: when it was taken, which is not
 *     before that
 * @param checksummed whether database checksums are kept
 * @param before database checksum before the first transaction; empty if not kept, or if the file
 *     holds the whole database
 */
public record LtxHeader(
    int pageSize,
    long pages,
    TxId first,
    TxId last,
    Instant time,
    boolean checksummed,
    OptionalLong before) {

  static final int SIZE = 100;

  private static final byte[] MAGIC = "LTX1".getBytes(StandardCharsets.US_ASCII);
  private static final int NO_CHECKSUM = 2;

  static LtxHeader parse(byte[] bytes) throws LtxFormatException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    if (!buffer.slice(0, MAGIC.length).equals(ByteBuffer.wrap(MAGIC))) {
      throw new LtxFormatException(
          "is no LTX file (begins with 0x%08x instead of \"LTX1\")".formatted(buffer.getInt(0)));
    }
    int flags = buffer.getInt(4);
    if ((flags & ~NO_CHECKSUM) != 0) {
      throw new LtxFormatException(
          "has flags 0x%08x in its LTX header that are not known: damaged, or of a newer format"
              .formatted(flags));
    }
    int pageSize = buffer.getInt(8);
    if (pageSize < 512 || pageSize > 65536 || Integer.bitCount(pageSize) != 1) {
      throw new LtxFormatException(
          "has an impossible page size in its LTX header: " + Integer.toUnsignedString(pageSize));
    }
    long first = buffer.getLong(16);
    long last = buffer.getLong(24);
    if (first < 1 || last < first) {
      throw new LtxFormatException(
          "has impossible transactions in its LTX header: %016x to %016x".formatted(first, last));
    }
    boolean checksummed = (flags & NO_CHECKSUM) == 0;
    return new LtxHeader(
        pageSize,
        buffer.getInt(12) & 0xFFFFFFFFL,
        new TxId(first),
        new TxId(last),
        Instant.ofEpochMilli(buffer.getLong(32)),
        checksummed,
        before(checksummed && first > 1, buffer.getLong(40)));
  }

  private static OptionalLong before(boolean expected, long checksum) throws LtxFormatException {
    if (expected ? checksum >= 0 : checksum != 0) {
      throw new LtxFormatException(
          "has an impossible database checksum in its LTX header: %016x".formatted(checksum));
    }
    return expected ? OptionalLong.of(checksum) : OptionalLong.empty();
  }

  /** Whether the file holds every page of the database. */
  public boolean isWhole() {
    return first.number() == 1;
  }

  /** The page that SQLite locks and never uses, and that is in no LTX file. */
  public long lockPage() {
    return LockPage.of(pageSize);
  }
}
