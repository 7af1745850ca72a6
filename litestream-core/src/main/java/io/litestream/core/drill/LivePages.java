package io.litestream.core.drill;

import io.litestream.core.shadow.ShadowReader;
import io.litestream.core.wal.WalHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** Reads the pages that a live database has at a position, see the package description. */
public final class LivePages {

  private static final int READ_BYTES = 1 << 18;

  /** Where the header of a database says how many pages it has. */
  private static final int PAGE_COUNT = 28;

  private LivePages() {}

  /** The database file; no checkpoint goes beyond the position while it is read. */
  public interface Source {

    /** Size of the file in bytes. */
    long size() throws IOException;

    /** Reads once; -1 at the end of the file. */
    int read(byte[] target, int length, long offset) throws IOException;
  }

  /**
   * Makes a digest of each page.
   *
   * @param file where the digests are kept; is made
   * @param shadow the shadow file of the position's index
   * @param end the position's offset: the end of a commit, or of the WAL's header
   * @throws InterruptedException if the thread was interrupted
   */
  public static PageDigests read(Path file, Source source, Path shadow, long end)
      throws IOException, InterruptedException {
    try (ShadowReader wal = ShadowReader.open(shadow)) {
      WalHeader header = wal.header();
      PageDigests digests = PageDigests.create(file, header.pageSize());
      try {
        addFile(digests, source, header.pageSize());
        addFrames(digests, wal, header, end);
        return digests;
      } catch (IOException | InterruptedException | RuntimeException e) {
        digests.close();
        throw e;
      }
    }
  }

  private static void addFile(PageDigests digests, Source source, int pageSize)
      throws IOException, InterruptedException {
    byte[] bytes = new byte[Math.max(READ_BYTES, pageSize)];
    long size = source.size();
    long pages = 0;
    for (long at = 0; at < size; ) {
      int whole = source.read(bytes, bytes.length, at) / pageSize * pageSize;
      if (whole <= 0) {
        break; // cut by a checkpoint meanwhile
      }
      if (at == 0) {
        pages = ByteBuffer.wrap(bytes).getInt(PAGE_COUNT) & 0xFFFFFFFFL;
      }
      for (int offset = 0; offset < whole; offset += pageSize) {
        digests.put((at + offset) / pageSize + 1, bytes, offset);
      }
      at += whole;
      requireNotInterrupted();
    }
    digests.resize(pages);
  }

  /** Frames were verified before they came into the shadow WAL. */
  private static void addFrames(PageDigests digests, ShadowReader wal, WalHeader header, long end)
      throws IOException, InterruptedException {
    int frameSize = WalHeader.FRAME_HEADER_SIZE + header.pageSize();
    int atOnce = Math.max(1, READ_BYTES / frameSize);
    byte[] bytes = new byte[atOnce * frameSize];
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    long pages = digests.pages();
    for (long at = WalHeader.SIZE; at < end; ) {
      int count = (int) Math.min(atOnce, (end - at) / frameSize);
      if (count == 0) {
        throw new IOException("offset " + end + " is not at the end of a frame");
      }
      wal.read(bytes, count * frameSize, at);
      for (int frame = 0; frame < count; frame++) {
        int offset = frame * frameSize;
        digests.put(
            buffer.getInt(offset) & 0xFFFFFFFFL, bytes, offset + WalHeader.FRAME_HEADER_SIZE);
        long committed = buffer.getInt(offset + Integer.BYTES) & 0xFFFFFFFFL;
        pages = committed == 0 ? pages : committed;
      }
      at += (long) count * frameSize;
      requireNotInterrupted();
    }
    digests.resize(pages);
  }

  private static void requireNotInterrupted() throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException("interrupted while reading the live database");
    }
  }
}
