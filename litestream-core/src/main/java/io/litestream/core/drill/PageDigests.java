package io.litestream.core.drill;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;

/**
 * A digest of 8 bytes for each page of a database, in a file: two independent checksums, which find
 * any damage but one in 2<sup>64</sup>. Used by one thread.
 */
public final class PageDigests implements AutoCloseable {

  /** SQLite never uses the page at 1 GiB (file format, "The Lock-Byte Page"). */
  private static final long LOCK_BYTE = 0x40000000;

  private static final int STAGE = 8192 * Long.BYTES;
  private static final int READ_BYTES = 1 << 18;

  private final FileChannel channel;
  private final int pageSize;
  private final ByteBuffer stage = ByteBuffer.allocate(STAGE);
  private final CRC32C first = new CRC32C();
  private final CRC32 second = new CRC32();

  /** The page whose digest stands first in the stage. */
  private long stagePage = 1;

  private long pages;

  private PageDigests(FileChannel channel, int pageSize) {
    this.channel = channel;
    this.pageSize = pageSize;
  }

  /** None yet, in a file that is made. */
  static PageDigests create(Path file, int pageSize) throws IOException {
    return new PageDigests(
        FileChannel.open(
            file, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE),
        pageSize);
  }

  /** How many pages the database has. */
  public long pages() {
    return pages;
  }

  /** Sets how many pages the database has. */
  void resize(long count) {
    pages = count;
  }

  /**
   * Takes a page, in place of what it was before.
   *
   * @param page from 1
   */
  void put(long page, byte[] bytes, int offset) throws IOException {
    if (page != stagePage + stage.position() / Long.BYTES || !stage.hasRemaining()) {
      drain();
      stagePage = page;
    }
    stage.putLong(digest(bytes, offset));
    pages = Math.max(pages, page);
  }

  private long digest(byte[] bytes, int offset) {
    first.reset();
    first.update(bytes, offset, pageSize);
    second.reset();
    second.update(bytes, offset, pageSize);
    return first.getValue() << 32 | second.getValue();
  }

  private void drain() throws IOException {
    stage.flip();
    long at = (stagePage - 1) * Long.BYTES;
    while (stage.hasRemaining()) {
      at += channel.write(stage, at);
    }
    stage.clear();
  }

  /**
   * What a comparison has found.
   *
   * @param pages how many were compared
   * @param differing how many of them differ
   * @param firstDiffering number of the first of these; 0 if there is none
   */
  public record Comparison(long pages, long differing, long firstDiffering) {}

  /**
   * Compares a database file that nobody else uses, page by page.
   *
   * @return what differs; pages that only one of the two has do
   */
  public Comparison compare(Path restored) throws IOException {
    drain();
    long differing = 0;
    long firstDiffering = 0;
    try (FileChannel file = FileChannel.open(restored, StandardOpenOption.READ)) {
      long restoredPages = file.size() / pageSize;
      long compared = Math.max(pages, restoredPages);
      byte[] bytes = new byte[Math.max(READ_BYTES, pageSize)];
      int atOnce = bytes.length / pageSize;
      ByteBuffer digests = ByteBuffer.allocate(atOnce * Long.BYTES);
      long both = Math.min(pages, restoredPages);
      for (long done = 0; done < both; done += atOnce) {
        int count = (int) Math.min(atOnce, both - done);
        readFully(file, ByteBuffer.wrap(bytes, 0, count * pageSize), done * pageSize);
        readFully(channel, digests.clear().limit(count * Long.BYTES), done * Long.BYTES);
        for (int i = 0; i < count; i++) {
          long page = done + i + 1;
          if (page != LOCK_BYTE / pageSize + 1
              && digests.getLong(i * Long.BYTES) != digest(bytes, i * pageSize)) {
            differing++;
            firstDiffering = firstDiffering == 0 ? page : firstDiffering;
          }
        }
      }
      if (compared > both) {
        differing += compared - both;
        firstDiffering = firstDiffering == 0 ? both + 1 : firstDiffering;
      }
      return new Comparison(compared, differing, firstDiffering);
    }
  }

  private static void readFully(FileChannel channel, ByteBuffer into, long position)
      throws IOException {
    long at = position;
    while (into.hasRemaining()) {
      int got = channel.read(into, at);
      if (got < 0) {
        throw new EOFException("a file of the drill ends at " + at);
      }
      at += got;
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
