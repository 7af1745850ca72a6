package io.litestream.core.engine;

import io.litestream.core.wal.WalHeader;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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
    try (FileChannel channel = FileChannel.open(shadow, StandardOpenOption.READ)) {
      byte[] header = read(channel, 0, WalHeader.SIZE, shadow);
      if (channel.size() < end) {
        throw ended(shadow);
      }
      if (end <= WalHeader.SIZE) {
        int from = WalHeader.SIZE - WalHeader.FRAME_HEADER_SIZE;
        return HexFormat.of().formatHex(header, from, WalHeader.SIZE);
      }
      WalHeader wal =
          WalHeader.parse(header)
              .orElseThrow(() -> new IOException("shadow WAL " + shadow + " is damaged"));
      long frame = end - wal.frameSize();
      return HexFormat.of().formatHex(read(channel, frame, WalHeader.FRAME_HEADER_SIZE, shadow));
    }
  }

  private static byte[] read(FileChannel channel, long offset, int count, Path shadow)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(count);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, offset + buffer.position()) < 0) {
        throw ended(shadow);
      }
    }
    return buffer.array();
  }

  private static EOFException ended(Path shadow) {
    return new EOFException("shadow WAL " + shadow + " is shorter than it was");
  }
}
