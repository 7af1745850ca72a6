package io.litestream.core.restore;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * Writes pages to where they belong in the database file, neighbouring ones in one go. Knows the
 * file's length without asking. Used by one thread.
 */
final class PageWriter {

  /**
   * Larger writes save little for a snapshot, and cost much afterwards: Linux then keeps the file
   * in larger units of cache, and each later write of a single page goes over all blocks of its
   * unit.
   */
  private static final int STAGE = 16 << 10;

  private final FileChannel channel;
  private final ByteBuffer stage = ByteBuffer.allocateDirect(STAGE);
  private long stageStart;
  private long length;
  private long needed;

  /**
   * @param channel of an empty file; not closed
   */
  PageWriter(FileChannel channel) {
    this.channel = channel;
  }

  /** Length of the database so far, in bytes. */
  long length() {
    return length;
  }

  /** The greatest length that the file has been seen to take. */
  long needed() {
    return needed;
  }

  /** Says that the database will take at least so many bytes. */
  void expect(long bytes) {
    needed = Math.max(needed, bytes);
  }

  /** Puts the pages of a run where they belong, in the order of their numbers. */
  void write(byte[] bytes, PageRun run, int pageSize) throws IOException {
    for (int i = 0; i < run.pageCount(); i++) {
      put((run.page(i) - 1) * pageSize, bytes, run.pageAt(i), pageSize);
    }
    drain();
  }

  private void put(long position, byte[] bytes, int offset, int count) throws IOException {
    int done = 0;
    while (done < count) {
      if (position + done != stageStart + stage.position() || !stage.hasRemaining()) {
        drain();
        stageStart = position + done;
      }
      int part = Math.min(count - done, stage.remaining());
      stage.put(bytes, offset + done, part);
      done += part;
    }
  }

  private void drain() throws IOException {
    stage.flip();
    long position = stageStart;
    expect(position + stage.remaining());
    while (stage.hasRemaining()) {
      position += channel.write(stage, position);
    }
    length = Math.max(length, position);
    stage.clear();
  }

  /** Cuts or extends the database, as SQLite does when it has checkpointed a WAL. */
  void resize(long bytes) throws IOException {
    expect(bytes);
    if (bytes < length) {
      channel.truncate(bytes);
    } else if (bytes > length) {
      channel.write(ByteBuffer.wrap(new byte[1]), bytes - 1);
    }
    length = bytes;
  }
}
