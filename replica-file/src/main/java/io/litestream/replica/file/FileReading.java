package io.litestream.replica.file;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.LongConsumer;

/** An object being read: failures in the port's terms, and one report of the bytes at the end. */
final class FileReading extends FilterInputStream {

  private final FileStore store;
  private final String key;
  private final LongConsumer onClose;
  private long bytes;
  private boolean closed;

  FileReading(FileStore store, String key, InputStream in, LongConsumer onClose) {
    super(in);
    this.store = store;
    this.key = key;
    this.onClose = onClose;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    store.requireUsable("open", key);
    try {
      int got = in.read(target, offset, length);
      bytes += Math.max(0, got);
      return got;
    } catch (IOException e) {
      throw FileErrors.translate("open", key, e);
    }
  }

  @Override
  public void close() throws IOException {
    if (!closed) {
      closed = true;
      in.close();
      onClose.accept(bytes);
    }
  }
}
