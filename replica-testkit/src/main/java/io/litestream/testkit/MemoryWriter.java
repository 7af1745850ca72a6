package io.litestream.testkit;

import static io.litestream.testkit.StoreOperation.COMMIT;
import static io.litestream.testkit.StoreOperation.WRITE;

import io.litestream.spi.ObjectWriter;
import io.litestream.spi.ReplicaException.Kind;
import io.litestream.spi.RequestObserver.Operation;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Objects;

/** Collects one object; the one request, a PUT, is made by the commit. */
final class MemoryWriter extends ObjectWriter {

  private enum State {
    OPEN,
    FAILED,
    COMMITTED,
    CLOSED
  }

  private final InMemoryStore store;
  private final String key;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private State state = State.OPEN;

  MemoryWriter(InMemoryStore store, String key) {
    this.store = store;
    this.key = key;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] buffer, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, buffer.length);
    requireWritable();
    state = State.FAILED; // unless the end of this method is reached
    store.requireOpen(WRITE, key);
    store.server().enter(WRITE, key);
    Faults faults = store.server().faults;
    int passing = (int) faults.passing(WRITE, bytes.size(), length);
    bytes.write(buffer, offset, passing);
    if (passing < length) {
      throw Faults.failure(WRITE, key, faults.breakKind(WRITE));
    }
    state = State.OPEN;
  }

  @Override
  public void commit() throws IOException {
    requireWritable();
    state = State.FAILED; // unless the end of this method is reached
    store.requireOpen(COMMIT, key);
    long started = System.nanoTime();
    boolean answered = false;
    try {
      store.server().enter(COMMIT, key);
      store.server().put(key, bytes.toByteArray());
      if (store.server().faults.takeLostAnswer(COMMIT)) {
        throw Faults.failure(COMMIT, key, Kind.UNAVAILABLE);
      }
      answered = true;
    } finally {
      store.observation().ended(Operation.PUT, bytes.size(), started, !answered);
    }
    state = State.COMMITTED;
  }

  private void requireWritable() {
    if (state != State.OPEN) {
      throw new IllegalStateException("the writer of " + key + " is " + state);
    }
  }

  @Override
  public void close() {
    state = State.CLOSED;
    bytes.reset();
  }
}
