package io.litestream.core.restore;

import io.litestream.core.wal.FrameScanner;
import io.litestream.core.wal.WalChecksum;
import io.litestream.core.wal.WalHeader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;

/**
 * A run of consecutive frames in a chunk: what can be said of it without knowing what came before.
 * Each frame after the first is checked against the checksum that the frame before it carries, so
 * that workers can verify runs in any order; for the first there remains {@link
 * #continues(WalHeader, long)}. Used by one thread at a time.
 */
final class FrameRun implements PageRun {

  private byte[] bytes = new byte[0];
  private int pageSize;
  private int length;
  private int start;
  private int count;
  private long offset;
  private Optional<WalHeader> header = Optional.empty();
  private ByteOrder order = ByteOrder.LITTLE_ENDIAN;
  private FrameScanner.End end = FrameScanner.End.INPUT;
  private long validEnd;
  private long lastChecksum;
  private long commitEnd;
  private int commitPages;

  /** Of each page its newest frame: page number in the upper half, place in the chunk below. */
  private long[] pages = new long[0];

  private int pageCount;

  /**
   * Examines a chunk.
   *
   * @param offset where in the WAL its first byte stands; 0 if it begins with a WAL header
   * @param limit frames that end after this offset are verified, but not to be written
   */
  void examine(byte[] chunk, int chunkLength, long offset, int pageSize, long limit) {
    this.bytes = chunk;
    this.length = chunkLength;
    this.pageSize = pageSize;
    this.offset = offset;
    start = offset == 0 ? Math.min(WalHeader.SIZE, chunkLength) : 0;
    header =
        offset == 0 && chunkLength >= WalHeader.SIZE
            ? WalHeader.parse(Arrays.copyOf(chunk, WalHeader.SIZE))
            : Optional.empty();
    // Other chunks do not tell their byte order; nearly all WALs are of little-endian machines.
    order = header.map(WalHeader::order).orElse(ByteOrder.LITTLE_ENDIAN);
    // A misplaced run is refused for its offset, whatever it holds.
    boolean placed = (firstOffset() - WalHeader.SIZE) % frameSize() == 0;
    count = placed ? (chunkLength - start) / frameSize() : 0;
    verify();
    collectPages(limit);
  }

  private int frameSize() {
    return WalHeader.FRAME_HEADER_SIZE + pageSize;
  }

  private int frameAt(int number) {
    return start + number * frameSize();
  }

  private void verify() {
    end = FrameScanner.End.INPUT;
    validEnd = firstOffset();
    lastChecksum = 0;
    commitEnd = 0;
    commitPages = 0;
    if (count == 0) {
      return;
    }
    long firstChecksum = WalChecksum.read(bytes, start + 16);
    long secondOffset = firstOffset() + frameSize();
    int pagesAfterFirst = intAt(start + 4);
    FrameScanner scanner =
        new FrameScanner(
            new WalHeader(order, pageSize, 0, intAt(start + 8), intAt(start + 12), 0),
            secondOffset,
            firstChecksum);
    end = scanner.scan(bytes, frameAt(1), (count - 1) * frameSize());
    validEnd = scanner.offset();
    lastChecksum = scanner.checksum();
    if (scanner.committedPages() != 0) {
      commitEnd = scanner.committedOffset();
      commitPages = scanner.committedPages();
    } else if (pagesAfterFirst != 0) {
      commitEnd = secondOffset;
      commitPages = pagesAfterFirst;
    }
  }

  private void collectPages(long limit) {
    if (pages.length < count) {
      pages = new long[count];
    }
    int writable = (int) Math.max(0, Math.min(count, (limit - firstOffset()) / frameSize()));
    for (int i = 0; i < writable; i++) {
      pages[i] = ((long) intAt(frameAt(i)) << 32) | frameAt(i);
    }
    // By page, then by place: of the frames of one page the last is the newest.
    Arrays.sort(pages, 0, writable);
    pageCount = 0;
    for (int i = 0; i < writable; i++) {
      if (i + 1 == writable || (pages[i] >>> 32) != (pages[i + 1] >>> 32)) {
        pages[pageCount++] = pages[i];
      }
    }
  }

  private int intAt(int at) {
    return ByteBuffer.wrap(bytes).getInt(at);
  }

  /** Whether the first frame has the salts of this WAL header. */
  boolean hasSaltsOf(WalHeader wal) {
    return count == 0 || (intAt(start + 8) == wal.salt1() && intAt(start + 12) == wal.salt2());
  }

  /** The salts of the first frame, in words. */
  String salts() {
    return "%08x %08x".formatted(intAt(start + 8), intAt(start + 12));
  }

  /**
   * Whether the first frame's checksum carries on from that one. Verifies the others again if the
   * WAL is of another byte order than was assumed.
   */
  boolean continues(WalHeader wal, long checksum) {
    if (wal.order() != order) {
      order = wal.order();
      verify();
    }
    return count == 0
        || WalChecksum.update(
                WalChecksum.update(checksum, bytes, start, 8, order),
                bytes,
                start + WalHeader.FRAME_HEADER_SIZE,
                pageSize,
                order)
            == WalChecksum.read(bytes, start + 16);
  }

  /** Bytes after the last whole frame. */
  int excess() {
    return length - start - count * frameSize();
  }

  /** The WAL header, if the chunk begins with a valid one. */
  Optional<WalHeader> header() {
    return header;
  }

  boolean isEmpty() {
    return count == 0;
  }

  /** Where in the WAL the first frame begins. */
  long firstOffset() {
    return offset + start;
  }

  /** Why the frames after {@link #validEnd()} are no good, or that all are. */
  FrameScanner.End end() {
    return end;
  }

  /** Where in the WAL the last good frame ends, taken that the first one is good. */
  long validEnd() {
    return validEnd;
  }

  /** The running checksum after the last good frame; meaningless without frames. */
  long lastChecksum() {
    return lastChecksum;
  }

  /** Where in the WAL the last commit ends; 0 without one. */
  long commitEnd() {
    return commitEnd;
  }

  /** Size of the database in pages after the last commit, unsigned; 0 without one. */
  int commitPages() {
    return commitPages;
  }

  /** How many different pages there are to write. */
  @Override
  public int pageCount() {
    return pageCount;
  }

  /** The number of the i-th page to write, in ascending order, from 1; unsigned. */
  @Override
  public long page(int i) {
    return pages[i] >>> 32;
  }

  /** Where in the chunk the i-th page's bytes begin. */
  @Override
  public int pageAt(int i) {
    return (int) pages[i] + WalHeader.FRAME_HEADER_SIZE;
  }
}
