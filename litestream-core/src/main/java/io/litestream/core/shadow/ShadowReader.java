package io.litestream.core.shadow;

import io.litestream.core.wal.WalHeader;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Reads a shadow file that somebody else may be appending to: what lies before a commit that was
 * told of never changes. Used by one thread.
 */
public final class ShadowReader implements AutoCloseable {

  private final Path path;
  private final FileChannel channel;

  private ShadowReader(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  /**
   * Opens a file; reads nothing yet.
   *
   * @throws java.nio.file.NoSuchFileException if it is not there, or not any more
   */
  public static ShadowReader open(Path path) throws IOException {
    return new ShadowReader(path, FileChannel.open(path, StandardOpenOption.READ));
  }

  /** Bytes that are there; of a file that grows, perhaps more than a commit ends. */
  public long size() throws IOException {
    return channel.size();
  }

  /**
   * Sees to it that so many bytes are there.
   *
   * @throws EOFException if they are not
   */
  public void requireSize(long bytes) throws IOException {
    if (size() < bytes) {
      throw shorter();
    }
  }

  private EOFException shorter() {
    return new EOFException("shadow WAL " + path + " is shorter than it was");
  }

  /**
   * Reads the WAL's header.
   *
   * @throws IOException if the file does not begin with a valid one
   */
  public WalHeader header() throws IOException {
    byte[] bytes = new byte[WalHeader.SIZE];
    read(bytes, bytes.length, 0);
    return WalHeader.parse(bytes)
        .orElseThrow(
            () ->
                new IOException(
                    "shadow WAL " + path + " is damaged: it does not begin with a WAL header"));
  }

  /**
   * Reads so many bytes.
   *
   * @param into gets them, from its first on
   * @param offset in the file
   * @throws EOFException if the file ends before
   */
  public void read(byte[] into, int length, long offset) throws IOException {
    if (ShadowFile.read(channel, into, length, offset) < length) {
      throw shorter();
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
