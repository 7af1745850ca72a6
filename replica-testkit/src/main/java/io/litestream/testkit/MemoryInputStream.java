package io.litestream.testkit;

import static io.litestream.testkit.StoreOperation.READ;

import io.litestream.spi.RequestObserver.Operation;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/** Reads one object; the request ends with the stream, when its bytes are known. */
final class MemoryInputStream extends InputStream {

  private final InMemoryStore store;
  private final String key;
  private final byte[] bytes;
  private final long started;
  private int position;
  private boolean failed;
  private boolean closed;

  MemoryInputStream(InMemoryStore store, String key, byte[] bytes, long started) {
    this.store = store;
    this.key = key;
    this.bytes = bytes;
    this.started = started;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, buffer.length);
    if (closed) {
      throw new IOException("read " + key + ": the stream is closed");
    }
    try {
      store.requireOpen(READ, key);
      store.server().enter(READ, key);
      return copy(buffer, offset, length);
    } catch (IOException e) {
      failed = true;
      throw e;
    }
  }

  private int copy(byte[] buffer, int offset, int length) throws IOException {
    int left = bytes.length - position;
    if (left == 0) {
      return length == 0 ? 0 : -1;
    }
    int wanted = Math.min(length, left);
    Faults faults = store.server().faults;
    int passing = (int) faults.passing(READ, position, wanted);
    if (passing == 0 && wanted > 0) {
      throw Faults.failure(READ, key, faults.breakKind(READ));
    }
    System.arraycopy(bytes, position, buffer, offset, passing);
    position += passing;
    return passing;
  }

  @Override
  public int available() {
    return closed ? 0 : bytes.length - position;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      store.observation().ended(Operation.GET, position, started, failed);
    }
  }
}
