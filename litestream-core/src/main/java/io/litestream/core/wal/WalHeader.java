package io.litestream.core.wal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * The first 32 bytes of a WAL.
 *
 * @param order how checksums read words, from the magic number
 * @param pageSize in bytes, a power of two from 512 to 65536
 * @param sequence the checkpoint sequence; counted by each connection for itself, so not to be
 *     relied on
 * @param salt1 goes up by one at each restart of the WAL
 * @param salt2 random at each restart
 * @param checksum over the first 24 bytes, see {@link WalChecksum}; the seed of the first frame's
 */
public record WalHeader(
    ByteOrder order, int pageSize, int sequence, int salt1, int salt2, long checksum) {

  /** Size of the header in bytes. */
  public static final int SIZE = 32;

  /** Size of the header of each frame in bytes. */
  public static final int FRAME_HEADER_SIZE = 24;

  private static final int MAGIC_LITTLE = 0x377F0682;
  private static final int MAGIC_BIG = 0x377F0683;
  private static final int VERSION = 3007000;

  /**
   * Reads a header.
   *
   * @return empty if the bytes are no valid header: fewer than 32, another magic number or version,
   *     an impossible page size, or a checksum that does not match
   */
  public static Optional<WalHeader> parse(byte[] bytes) {
    if (bytes.length < SIZE) {
      return Optional.empty();
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    int magic = buffer.getInt(0);
    int pageSize = buffer.getInt(8);
    if ((magic != MAGIC_LITTLE && magic != MAGIC_BIG)
        || buffer.getInt(4) != VERSION
        || pageSize < 512
        || pageSize > 65536
        || Integer.bitCount(pageSize) != 1) {
      return Optional.empty();
    }
    ByteOrder order = magic == MAGIC_BIG ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    long checksum = WalChecksum.read(bytes, 24);
    if (WalChecksum.update(0, bytes, 0, 24, order) != checksum) {
      return Optional.empty();
    }
    return Optional.of(
        new WalHeader(
            order, pageSize, buffer.getInt(12), buffer.getInt(16), buffer.getInt(20), checksum));
  }

  /** Size of one frame in bytes: its header and a page. */
  public int frameSize() {
    return FRAME_HEADER_SIZE + pageSize;
  }

  /** How many whole frames a WAL of that length holds. */
  public long frameCount(long walLength) {
    return walLength <= SIZE ? 0 : (walLength - SIZE) / frameSize();
  }

  /** Whether an offset is 0, the end of the header, or the end of a frame. */
  public boolean isBoundary(long offset) {
    return offset == 0 || (offset >= SIZE && (offset - SIZE) % frameSize() == 0);
  }

  /**
   * Whether a WAL of this header is the next one after a WAL of that header: SQLite raises salt-1
   * by exactly one at a restart ({@code walRestartHdr} in wal.c) and keeps page size.
   */
  public boolean follows(WalHeader previous) {
    return salt1 == previous.salt1 + 1 && pageSize == previous.pageSize;
  }
}
