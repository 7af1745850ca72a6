package io.litestream.core.ltx;

import java.nio.ByteBuffer;

/** The checksum of a whole database, added up page by page in any order. Used by one thread. */
public final class DatabaseChecksum {

  /** Set in every checksum, so that none is 0. */
  static final long PRESENT = Long.MIN_VALUE;

  private final Crc64 crc = new Crc64();
  private final byte[] number = new byte[Integer.BYTES];
  private long sum;

  /** Adds a page; adding it again takes it away. */
  public void add(long page, byte[] bytes, int offset, int pageSize) {
    crc.reset();
    ByteBuffer.wrap(number).putInt((int) page);
    crc.update(number, 0, number.length);
    crc.update(bytes, offset, pageSize);
    sum ^= crc.value();
  }

  public long value() {
    return sum | PRESENT;
  }
}
