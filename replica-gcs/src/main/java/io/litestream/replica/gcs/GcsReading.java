package io.litestream.replica.gcs;

import com.google.api.client.http.HttpResponse;
import com.google.api.services.storage.Storage;
import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaException.Kind;
import io.litestream.spi.RequestObserver.Operation;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An object being read. One request gives all of it; if the connection breaks, another one goes on
 * where it broke, in the same generation of the object, as long as something worth the request
 * arrived before.
 */
final class GcsReading extends InputStream {

  /** So much has to arrive for a break to be forgiven. */
  private static final int PROGRESS = 1 << 20;

  private final GcsStore store;
  private final String key;
  private Answer answer;
  private final long length;
  private final long generation;
  private long position;
  private int breaks;
  private boolean closed;

  /** One request that is being answered. */
  private record Answer(HttpResponse response, InputStream body, long began, long from) {}

  private GcsReading(GcsStore store, String key, Answer answer) throws ReplicaException {
    this.store = store;
    this.key = key;
    this.answer = answer;
    this.length = number("content-length");
    this.generation = number("x-goog-generation");
  }

  static GcsReading begin(GcsStore store, String key) throws ReplicaException {
    return new GcsReading(store, key, send(store, key, 0, null));
  }

  private static Answer send(GcsStore store, String key, long from, @Nullable Long generation)
      throws ReplicaException {
    long began = System.nanoTime();
    try {
      Storage.Objects.Get get = store.client().api().objects().get(store.bucket(), store.name(key));
      get.setReturnRawInputStream(true);
      // An object must come as it is stored, not unpacked on the way.
      get.getRequestHeaders().setAcceptEncoding("gzip");
      if (generation != null) {
        get.setGeneration(generation);
        get.getRequestHeaders().setRange("bytes=" + from + "-");
      }
      HttpResponse response = get.executeMedia();
      if (response.getStatusCode() != (generation == null ? 200 : 206)) {
        response.disconnect();
        throw store
            .errors()
            .answer("open", key, response.getStatusCode(), "HTTP " + response.getStatusCode(), "");
      }
      InputStream body = response.getContent();
      return new Answer(response, body == null ? InputStream.nullInputStream() : body, began, from);
    } catch (IOException | RuntimeException e) {
      throw store.errors().translate("open", key, e);
    }
  }

  private long number(String header) throws ReplicaException {
    String number = answer.response().getHeaders().getFirstHeaderStringValue(header);
    if (number == null || !number.matches("[0-9]{1,18}")) {
      finish(true);
      throw new ReplicaException(
          Kind.UNAVAILABLE, "open", key, "Incomplete", "the answer has no " + header, null);
    }
    return Long.parseLong(number);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    int read = read(one, 0, 1);
    return read < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int wanted) throws IOException {
    Objects.checkFromIndexSize(offset, wanted, bytes.length);
    if (wanted == 0) {
      return 0;
    }
    while (position < length) {
      requireUsable();
      try {
        int read = answer.body().read(bytes, offset, wanted);
        if (read < 0) {
          throw new EOFException("after " + position + " of " + length + " bytes");
        }
        position += read;
        return read;
      } catch (IOException | RuntimeException e) {
        resume(e);
      }
    }
    return -1;
  }

  private void requireUsable() throws IOException {
    if (closed) {
      throw new ReplicaException(
          Kind.UNAVAILABLE, "read", key, null, "the stream has been closed", null);
    }
    store.requireUsable("read", key);
  }

  private void resume(Exception broken) throws IOException {
    breaks = position - answer.from() < PROGRESS ? breaks + 1 : 1;
    finish(true);
    if (breaks > store.deadlines().retries() || Thread.currentThread().isInterrupted()) {
      closed = true;
      throw store.errors().translate("read", key, broken);
    }
    try {
      answer = send(store, key, position, generation);
    } catch (ReplicaException e) {
      closed = true;
      throw e;
    }
  }

  /** Tells of the request that was being answered, and lets go of its connection. */
  private void finish(boolean failed) {
    long bytes = position - answer.from();
    try {
      answer.response().disconnect();
    } catch (IOException | RuntimeException e) {
      // The answer is not wanted any more; there is nothing to lose.
    }
    store.client().transport().ended(Operation.GET, bytes, answer.began(), failed);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      finish(false);
    }
  }

  @Override
  public String toString() {
    return "GcsReading[" + key + "]";
  }
}
