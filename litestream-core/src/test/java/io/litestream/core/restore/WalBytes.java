package io.litestream.core.restore;

import io.litestream.core.wal.FrameScanner;
import io.litestream.core.wal.WalHeader;

/** Reads WAL files that tests have made. */
final class WalBytes {

  private WalBytes() {}

  /** The end of the last commit in the current WAL of a file, whatever older one lies behind it. */
  static long committedEnd(byte[] wal) {
    return WalHeader.parse(wal)
        .map(
            header -> {
              FrameScanner scanner = FrameScanner.fromStart(header);
              scanner.scan(wal, WalHeader.SIZE, wal.length - WalHeader.SIZE);
              return scanner.committedPages() == 0 ? 0 : scanner.committedOffset();
            })
        .orElse(0L);
  }

  static int frameSize(byte[] wal) {
    return WalHeader.parse(wal).orElseThrow().frameSize();
  }
}
