package io.litestream.core.sync;

import io.litestream.core.shadow.ShadowFile;
import io.litestream.core.sync.SyncDecision.OldTail;
import io.litestream.core.wal.FrameScanner;
import io.litestream.core.wal.WalHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Finds out, after a WAL was restarted while nobody watched, whether the old WAL held frames that
 * were not copied, and copies them. That is possible because a restart leaves the old frames in the
 * file until new ones are written over them, from the front.
 *
 * <p>Let L be the end of the shadow file and E the end of the valid new frames. If E lies behind L,
 * bytes at L are gone: unknown. Otherwise what stands at L was left by the old WAL, or by an older
 * one, and tells:
 *
 * <ul>
 *   <li>Frames that continue the old chain were missed: they are copied up to the last commit.
 *   <li>A frame with the new salts, of a new transaction that was rolled back: unknown.
 *   <li>Anything else, or the end of the file: the old WAL ended at L. The end of the file proves
 *       nothing, though, if the new WAL also ends there: with {@code journal_size_limit} the file
 *       may have been cut to the new frames.
 * </ul>
 *
 * <p>If the file is shorter than L, it was cut: unknown. A limit that happens to cut exactly at L
 * while the new WAL is shorter than that would deceive this; it would have to be set to 32 plus a
 * multiple of the frame size in bytes.
 */
final class RestartedWal {

  private final byte[] buffer;

  RestartedWal(byte[] buffer) {
    this.buffer = buffer;
  }

  /**
   * Looks behind the end of the shadow file and appends what was missed.
   *
   * @param wal has the header {@code now}, which follows the shadow file's
   */
  OldTail examine(WalFile wal, WalHeader now, ShadowFile shadow) throws IOException {
    long end = shadow.length();
    long size = wal.size();
    if (size < end) {
      return OldTail.UNKNOWN;
    }
    long newEnd = endOfNewFrames(wal, now, end);
    if (newEnd > end || (newEnd == end && size == end)) {
      return OldTail.UNKNOWN;
    }
    int frameSize = now.frameSize();
    if (newEnd <= end - frameSize && end >= WalHeader.SIZE + frameSize) {
      byte[] last = new byte[frameSize];
      byte[] copied = new byte[frameSize];
      wal.read(last, 0, frameSize, end - frameSize);
      shadow.read(copied, frameSize, end - frameSize);
      if (!Arrays.equals(last, copied)) {
        return OldTail.UNKNOWN;
      }
    }
    new WalCopy(buffer).run(wal, shadow, Long.MAX_VALUE);
    return hasNewSalts(wal, now, shadow) ? OldTail.UNKNOWN : OldTail.COPIED;
  }

  /** The end of the frames that belong to the new header, or an offset beyond {@code limit}. */
  private long endOfNewFrames(WalFile wal, WalHeader now, long limit) throws IOException {
    FrameScanner scanner = FrameScanner.fromStart(now);
    int chunk = buffer.length / now.frameSize() * now.frameSize();
    while (scanner.offset() <= limit) {
      int got = wal.read(buffer, 0, chunk, scanner.offset());
      if (scanner.scan(buffer, 0, got) != FrameScanner.End.INPUT || got < chunk) {
        break;
      }
    }
    return scanner.offset();
  }

  /**
   * Whether a frame of the new WAL stands anywhere behind the last frame of the old one, so that it
   * may have been written over an old one.
   */
  private boolean hasNewSalts(WalFile wal, WalHeader now, ShadowFile shadow) throws IOException {
    FrameScanner scanner = new FrameScanner(shadow.header(), shadow.length(), shadow.checksum());
    int chunk = buffer.length / now.frameSize() * now.frameSize();
    // Over valid frames of a transaction that was rolled back, to the first that is not valid.
    while (true) {
      int got = wal.read(buffer, 0, chunk, scanner.offset());
      if (scanner.scan(buffer, 0, got) != FrameScanner.End.INPUT || got < chunk) {
        break;
      }
    }
    byte[] header = new byte[WalHeader.FRAME_HEADER_SIZE];
    if (wal.read(header, 0, header.length, scanner.offset()) < header.length) {
      return false;
    }
    ByteBuffer frame = ByteBuffer.wrap(header);
    return frame.getInt(8) == now.salt1() && frame.getInt(12) == now.salt2();
  }
}
