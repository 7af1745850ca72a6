package io.litestream.core.restore;

import io.litestream.core.wal.FrameScanner;
import io.litestream.core.wal.WalChecksum;
import io.litestream.core.wal.WalHeader;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * What a run of frames says of the chain of checksums. Kept when the frames themselves are not any
 * more: whether the first one carries on from the run before can be asked at any time.
 *
 * @param header the WAL header, if the run begins with a valid one
 * @param order how the checksums were found to be built; that of most machines if a single frame
 *     does not tell
 * @param count of whole frames
 * @param pageSize in bytes
 * @param salt1 of the first frame
 * @param salt2 of the first frame
 * @param ownLittle the first frame's checksum from a seed of 0, little-endian
 * @param ownBig the same, big-endian
 * @param firstChecksum what the first frame says that its checksum is
 * @param firstOffset where in the WAL the first frame begins
 * @param end why the frames after {@code validEnd} are no good, or that all are
 * @param validEnd where in the WAL the last good frame ends, taken that the first one is good
 * @param lastChecksum the running checksum after the last good frame; meaningless without frames
 * @param commitEnd where in the WAL the last commit ends; 0 without one
 * @param commitPages size of the database in pages after the last commit, unsigned; 0 without one
 * @param excess bytes after the last whole frame
 */
record RunFacts(
    Optional<WalHeader> header,
    ByteOrder order,
    int count,
    int pageSize,
    int salt1,
    int salt2,
    long ownLittle,
    long ownBig,
    long firstChecksum,
    long firstOffset,
    FrameScanner.End end,
    long validEnd,
    long lastChecksum,
    long commitEnd,
    int commitPages,
    int excess) {

  boolean isEmpty() {
    return count == 0;
  }

  /** Whether the first frame has the salts of this WAL header. */
  boolean hasSaltsOf(WalHeader wal) {
    return isEmpty() || (salt1 == wal.salt1() && salt2 == wal.salt2());
  }

  /** The salts of the first frame, in words. */
  String salts() {
    return "%08x %08x".formatted(salt1, salt2);
  }

  /** Whether the first frame's checksum carries on from that one. */
  boolean continues(WalHeader wal, long checksum) {
    if (isEmpty()) {
      return true;
    }
    if (count > 1 && order != wal.order()) {
      return false;
    }
    long own = wal.order() == ByteOrder.BIG_ENDIAN ? ownBig : ownLittle;
    return WalChecksum.overFrame(checksum, own, pageSize) == firstChecksum;
  }
}
