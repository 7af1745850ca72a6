package io.litestream.core.engine;

import io.litestream.core.shadow.ShadowReader;
import io.litestream.core.wal.WalHeader;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HexFormat;

/**
 * Stands for all bytes of a WAL up to an offset: the header of the last frame before it, or, if
 * there is no frame, what the WAL's own header holds from its page size on. Both end with salts and
 * checksums; a frame's checksums cover everything before, and a WAL's salts are random. So two WALs
 * with the same mark at an offset are the same up to there (file format, "The Write-Ahead Log").
 */
final class WalMark {

  private WalMark() {}

  /**
   * The mark of a shadow file at an offset, in hex.
   *
   * @param end where a frame ends, or the WAL header
   * @throws EOFException if the file does not reach so far
   */
  static String of(Path shadow, long end) throws IOException {
    try (ShadowReader reader = ShadowReader.open(shadow)) {
      reader.requireSize(Math.max(end, WalHeader.SIZE));
      long last = end <= WalHeader.SIZE ? WalHeader.SIZE : end - reader.header().pageSize();
      byte[] header = new byte[WalHeader.FRAME_HEADER_SIZE];
      reader.read(header, header.length, last - header.length);
      return HexFormat.of().formatHex(header);
    }
  }
}
