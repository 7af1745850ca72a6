package io.litestream.core.sync;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * The WAL file of a live database, for reading; an absent file reads as an empty one. Opening and
 * closing it is safe: SQLite takes no locks on it.
 */
final class WalFile implements AutoCloseable {

  private final @Nullable FileChannel channel;

  private WalFile(@Nullable FileChannel channel) {
    this.channel = channel;
  }

  /** The WAL of a database, present or not. */
  static WalFile of(Path database) throws IOException {
    try {
      return new WalFile(FileChannel.open(pathOf(database), StandardOpenOption.READ));
    } catch (NoSuchFileException e) {
      return new WalFile(null);
    }
  }

  /** Where SQLite keeps the WAL of a database. */
  static Path pathOf(Path database) {
    return database.resolveSibling(database.getFileName() + "-wal");
  }

  long size() throws IOException {
    return channel == null ? 0 : channel.size();
  }

  /** Reads until {@code length} bytes are there or the file ends; returns how many were read. */
  int read(byte[] bytes, int start, int length, long offset) throws IOException {
    if (channel == null) {
      return 0;
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes, start, length);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, offset + buffer.position() - start) < 0) {
        break;
      }
    }
    return buffer.position() - start;
  }

  @Override
  public void close() throws IOException {
    if (channel != null) {
      channel.close();
    }
  }
}
