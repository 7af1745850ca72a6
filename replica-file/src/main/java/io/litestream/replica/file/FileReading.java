package io.litestream.replica.file;

import io.litestream.spi.RequestObserver.Operation;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/**
 * An object being read: failures in the port's terms, and one report to the observer when the
 * stream is closed.
 */
final class FileReading extends InputStream {

  private final FileStore store;
  private final String key;
  private final InputStream in;
  private final long began;
  private long bytes;
  private boolean failed;
  private boolean closed;

  /**
   * @param began when the object was asked for, by {@link System#nanoTime}
   */
  FileReading(FileStore store, String key, InputStream in, long began) {
    this.store = store;
    this.key = key;
    this.in = in;
    this.began = began;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, target.length);
    try {
      store.requireUsable("open", key);
      int got = in.read(target, offset, length);
      bytes += Math.max(0, got);
      return got;
    } catch (IOException e) {
      failed = true;
      throw FileErrors.translate("open", key, e);
    }
  }

  /** How much of the file is left, so that whoever reads it all takes the right buffer at once. */
  @Override
  public int available() throws IOException {
    try {
      return in.available();
    } catch (IOException e) {
      throw FileErrors.translate("open", key, e);
    }
  }

  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    try {
      in.close();
    } catch (IOException e) {
      throw FileErrors.translate("open", key, e);
    } finally {
      store.observe(Operation.GET, bytes, began, failed);
    }
  }
}
