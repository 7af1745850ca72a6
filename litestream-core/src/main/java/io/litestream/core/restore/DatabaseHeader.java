package io.litestream.core.restore;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * What the beginning of a database file says (SQLite file format, "The Database Header").
 *
 * <pre>
 *  0  "SQLite format 3" and NUL, 16 bytes
 * 16  page size, 2 bytes big-endian; 1 stands for 65536
 * 28  size in pages, 4 bytes big-endian
 * </pre>
 *
 * @param pageSize bytes
 * @param pages size of the database; may be out of date in a database whose WAL has more
 */
record DatabaseHeader(int pageSize, long pages) {

  static final int SIZE = 100;

  private static final byte[] MAGIC = "SQLite format 3\0".getBytes(StandardCharsets.US_ASCII);

  static Optional<DatabaseHeader> parse(byte[] bytes, int length) {
    if (length < SIZE || !Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
      return Optional.empty();
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    int size = buffer.getShort(16) & 0xFFFF;
    int pageSize = size == 1 ? 65536 : size;
    return pageSize < 512 || Integer.bitCount(pageSize) != 1
        ? Optional.empty()
        : Optional.of(new DatabaseHeader(pageSize, buffer.getInt(28) & 0xFFFFFFFFL));
  }
}
