package io.litestream.core.wal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Walks over the frames of one WAL, in any number of consecutive pieces, and says how far they are
 * valid and how far they are committed. A frame is valid if its salts are the header's and its
 * checksum continues the chain; frames are committed up to the last valid one that carries a
 * database size. Used by one thread; allocates nothing while scanning.
 */
public final class FrameScanner {

  private static final VarHandle BIG =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle BIG_LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  /** Why a scan ended. */
  public enum End {
    /** Every frame was valid; fewer bytes than a frame may be left. */
    INPUT,
    /** A frame has other salts than the header: left over from before a restart, or not there. */
    SALT,
    /** A frame has the right salts, but its checksum does not continue the chain. */
    CHECKSUM
  }

  private final WalHeader header;
  private final long salts;
  private long offset;
  private long checksum;
  private long committedOffset;
  private long committedChecksum;
  private int committedPages;

  /**
   * @param offset where in the WAL the first bytes to scan stand: the end of the header or of a
   *     committed frame
   * @param checksum the running checksum before them: the header's, or that of the frame before
   */
  public FrameScanner(WalHeader header, long offset, long checksum) {
    if (offset < WalHeader.SIZE || !header.isBoundary(offset)) {
      throw new IllegalArgumentException("no frame begins at offset " + offset);
    }
    this.header = header;
    this.salts = ((long) header.salt1() << 32) | (header.salt2() & 0xFFFFFFFFL);
    this.offset = offset;
    this.checksum = checksum;
    this.committedOffset = offset;
    this.committedChecksum = checksum;
  }

  /** Begins at a WAL's first frame. */
  public static FrameScanner fromStart(WalHeader header) {
    return new FrameScanner(header, WalHeader.SIZE, header.checksum());
  }

  /**
   * Scans whole frames that continue where the last scan ended. After an end other than {@link
   * End#INPUT} nothing more is to be scanned.
   *
   * @param length bytes to look at from {@code start}; what is left of a last, partial frame is not
   *     counted
   */
  public End scan(byte[] bytes, int start, int length) {
    int frameSize = header.frameSize();
    int at = start;
    for (int left = length; left >= frameSize; left -= frameSize) {
      if ((long) BIG_LONG.get(bytes, at + 8) != salts) {
        return End.SALT;
      }
      long next =
          WalChecksum.update(
              WalChecksum.update(checksum, bytes, at, 8, header.order()),
              bytes,
              at + WalHeader.FRAME_HEADER_SIZE,
              header.pageSize(),
              header.order());
      if (next != WalChecksum.read(bytes, at + 16)) {
        return End.CHECKSUM;
      }
      checksum = next;
      at += frameSize;
      offset += frameSize;
      int pages = (int) BIG.get(bytes, at - frameSize + 4);
      if (pages != 0) {
        committedOffset = offset;
        committedChecksum = checksum;
        committedPages = pages;
      }
    }
    return End.INPUT;
  }

  /** The end of the last valid frame, in bytes from the start of the WAL. */
  public long offset() {
    return offset;
  }

  /** The running checksum after the last valid frame. */
  public long checksum() {
    return checksum;
  }

  /** The end of the last commit, in bytes from the start of the WAL. */
  public long committedOffset() {
    return committedOffset;
  }

  /** The running checksum after the last commit. */
  public long committedChecksum() {
    return committedChecksum;
  }

  /** Size of the database in pages after the last commit that was scanned; 0 if there was none. */
  public int committedPages() {
    return committedPages;
  }
}
