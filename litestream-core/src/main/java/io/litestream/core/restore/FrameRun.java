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
 * RunFacts#continues}. Used by one thread at a time.
 */
final class FrameRun implements PageRun {

  private byte[] bytes = new byte[0];
  private int pageSize;
  private int start;
  private int count;
  private long firstOffset;
  private RunFacts facts = none();

  /** Of each page its newest frame: page number in the upper half, place in the chunk below. */
  private long[] pages = new long[0];

  private int pageCount;

  private static RunFacts none() {
    return new RunFacts(
        Optional.empty(),
        ByteOrder.LITTLE_ENDIAN,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        FrameScanner.End.INPUT,
        0,
        0,
        0,
        0,
        0);
  }

  /**
   * Examines a chunk.
   *
   * @param offset where in the WAL its first byte stands; 0 if it begins with a WAL header
   * @param until where the next segment of the index begins: what comes from there on is its own
   * @param limit frames that end after this offset are verified, but not to be written
   */
  void examine(
      byte[] chunk, int chunkLength, long offset, int newPageSize, long until, long limit) {
    int length = (int) Math.max(0, Math.min(chunkLength, until - offset));
    bytes = chunk;
    pageSize = newPageSize;
    start = offset == 0 ? Math.min(WalHeader.SIZE, length) : 0;
    firstOffset = Math.min(offset, until) + start;
    Optional<WalHeader> header =
        offset == 0 && length >= WalHeader.SIZE
            ? WalHeader.parse(Arrays.copyOf(chunk, WalHeader.SIZE))
            : Optional.empty();
    // A misplaced run is refused for its offset, whatever it holds.
    boolean placed = (firstOffset - WalHeader.SIZE) % frameSize() == 0;
    count = placed ? (length - start) / frameSize() : 0;
    facts = verify(header, length - start - count * frameSize());
    collectPages(limit);
  }

  private int frameSize() {
    return WalHeader.FRAME_HEADER_SIZE + pageSize;
  }

  private int frameAt(int number) {
    return start + number * frameSize();
  }

  /** Chunks without a header do not tell their byte order. */
  private RunFacts verify(Optional<WalHeader> header, int excess) {
    if (header.isPresent()) {
      return verify(header, header.get().order(), excess);
    }
    RunFacts little = verify(header, ByteOrder.LITTLE_ENDIAN, excess);
    if (little.end() != FrameScanner.End.CHECKSUM
        || little.validEnd() != firstOffset + frameSize()) {
      return little;
    }
    RunFacts big = verify(header, ByteOrder.BIG_ENDIAN, excess);
    return big.validEnd() > little.validEnd() ? big : little;
  }

  private RunFacts verify(Optional<WalHeader> header, ByteOrder order, int excess) {
    if (count == 0) {
      return new RunFacts(
          header,
          order,
          0,
          pageSize,
          0,
          0,
          0,
          0,
          0,
          firstOffset,
          FrameScanner.End.INPUT,
          firstOffset,
          0,
          0,
          0,
          excess);
    }
    long firstChecksum = WalChecksum.read(bytes, start + 16);
    long secondOffset = firstOffset + frameSize();
    int salt1 = intAt(start + 8);
    int salt2 = intAt(start + 12);
    int pagesAfterFirst = intAt(start + 4);
    FrameScanner scanner =
        new FrameScanner(
            new WalHeader(order, pageSize, 0, salt1, salt2, 0), secondOffset, firstChecksum);
    FrameScanner.End end = scanner.scan(bytes, frameAt(1), (count - 1) * frameSize());
    boolean laterCommit = scanner.committedPages() != 0;
    return new RunFacts(
        header,
        order,
        count,
        pageSize,
        salt1,
        salt2,
        own(ByteOrder.LITTLE_ENDIAN),
        own(ByteOrder.BIG_ENDIAN),
        firstChecksum,
        firstOffset,
        end,
        scanner.offset(),
        scanner.checksum(),
        laterCommit ? scanner.committedOffset() : pagesAfterFirst != 0 ? secondOffset : 0,
        laterCommit ? scanner.committedPages() : pagesAfterFirst,
        excess);
  }

  /** The first frame's checksum, as if it were the first of all. */
  private long own(ByteOrder order) {
    return WalChecksum.update(
        WalChecksum.update(0, bytes, start, 8, order),
        bytes,
        start + WalHeader.FRAME_HEADER_SIZE,
        pageSize,
        order);
  }

  private void collectPages(long limit) {
    if (pages.length < count) {
      pages = new long[count];
    }
    int writable = (int) Math.max(0, Math.min(count, (limit - firstOffset) / frameSize()));
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

  /** What the run says of the chain. */
  RunFacts facts() {
    return facts;
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
