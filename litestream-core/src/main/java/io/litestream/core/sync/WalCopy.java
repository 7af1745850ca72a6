package io.litestream.core.sync;

import io.litestream.core.shadow.ShadowFile;
import io.litestream.core.wal.FrameScanner;
import java.io.IOException;

/**
 * Copies committed frames from a WAL to the end of a shadow file. Each frame is read once, verified
 * and written from the same buffer; only a transaction larger than the buffer is read a second
 * time, since nothing is written before its commit has been seen.
 */
final class WalCopy {

  private final byte[] buffer;

  /**
   * @param buffer at least as large as a frame of 64 KiB; used during {@link #run} only
   */
  WalCopy(byte[] buffer) {
    this.buffer = buffer;
  }

  /**
   * Copies until the WAL has no more committed frames, or at least {@code limit} bytes have been
   * copied.
   */
  SyncOutcome run(WalFile wal, ShadowFile shadow, long limit) throws IOException {
    long from = shadow.length();
    FrameScanner scanner = new FrameScanner(shadow.header(), from, shadow.checksum());
    int frameSize = shadow.header().frameSize();
    int chunk = buffer.length / frameSize * frameSize;
    while (true) {
      long chunkStart = scanner.offset();
      int got = wal.read(buffer, 0, chunk, chunkStart);
      FrameScanner.End end = scanner.scan(buffer, 0, got);
      long committed = scanner.committedOffset();
      if (committed > shadow.length()) {
        append(wal, shadow, chunkStart, committed, scanner.committedChecksum());
      }
      boolean drained = end != FrameScanner.End.INPUT || got < chunk;
      if (drained || shadow.length() - from >= limit) {
        return new SyncOutcome(shadow.length() - from, scanner.offset() - committed, !drained);
      }
    }
  }

  /** Appends up to a commit that lies in the chunk; the transaction may have begun before it. */
  private void append(
      WalFile wal, ShadowFile shadow, long chunkStart, long committed, long checksum)
      throws IOException {
    if (shadow.length() >= chunkStart) {
      shadow.append(
          buffer,
          (int) (shadow.length() - chunkStart),
          (int) (committed - shadow.length()),
          checksum);
      return;
    }
    shadow.writePart(buffer, 0, (int) (committed - chunkStart), chunkStart);
    // The beginning of the transaction is read again, and verified again.
    FrameScanner again = new FrameScanner(shadow.header(), shadow.length(), shadow.checksum());
    int chunk = buffer.length / shadow.header().frameSize() * shadow.header().frameSize();
    while (again.offset() < chunkStart) {
      long at = again.offset();
      int want = (int) Math.min((long) chunk, chunkStart - at);
      int got = wal.read(buffer, 0, want, at);
      again.scan(buffer, 0, got);
      if (again.offset() != at + want) {
        throw new IOException(
            "the WAL changed at offset " + again.offset() + " while it was being copied");
      }
      shadow.writePart(buffer, 0, want, at);
    }
    shadow.commitParts(committed, checksum);
  }
}
