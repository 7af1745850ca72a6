package io.litestream.core.engine;

import io.litestream.core.replica.PreviousIndex;
import io.litestream.core.shadow.ShadowReader;
import io.litestream.core.wal.WalChecksum;
import io.litestream.core.wal.WalHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
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
    try (ShadowReader file = ShadowReader.open(shadow)) {
      long end = file.size();
      WalHeader header = file.header();
      long checksum = header.checksum();
      long pages = 0;
      if (end > WalHeader.SIZE) {
        byte[] frame = new byte[WalHeader.FRAME_HEADER_SIZE];
        file.read(frame, frame.length, end - header.frameSize());
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
}
