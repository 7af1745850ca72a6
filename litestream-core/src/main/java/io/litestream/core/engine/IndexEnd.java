package io.litestream.core.engine;

import io.litestream.core.replica.PreviousIndex;
import io.litestream.core.wal.WalChecksum;
import io.litestream.core.wal.WalHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Optional;

/** Tells from a finished shadow file how its index ended. */
final class IndexEnd {

  private IndexEnd() {}

  /**
   * @param shadow holds whole, committed frames, and grows no more
   * @param firstCommit when the index began, if that is known
   * @throws java.nio.file.NoSuchFileException if the file has been removed
   */
  static PreviousIndex of(Path shadow, Optional<Instant> firstCommit) throws IOException {
    Instant lastCommit = Files.getLastModifiedTime(shadow).toInstant();
    try (FileChannel file = FileChannel.open(shadow, StandardOpenOption.READ)) {
      long end = file.size();
      byte[] bytes = new byte[WalHeader.SIZE];
      read(file, bytes, 0);
      WalHeader header =
          WalHeader.parse(bytes)
              .orElseThrow(() -> new IOException(shadow + " does not begin with a WAL header"));
      long checksum = header.checksum();
      long pages = 0;
      if (end > WalHeader.SIZE) {
        byte[] frame = new byte[WalHeader.FRAME_HEADER_SIZE];
        read(file, frame, end - header.frameSize());
        checksum = WalChecksum.read(frame, 16);
        pages = ByteBuffer.wrap(frame).getInt(4) & 0xFFFFFFFFL;
      }
      return new PreviousIndex(
          end,
          Optional.of(
              new PreviousIndex.Facts(
                  checksum, header.salt1(), header.salt2(), pages, firstCommit, lastCommit)));
    }
  }

  private static void read(FileChannel file, byte[] into, long position) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(into);
    while (buffer.hasRemaining()) {
      if (file.read(buffer, position + buffer.position()) < 0) {
        throw new IOException("the shadow WAL ends within a frame");
      }
    }
  }
}
