package io.litestream.replica.azure;

import com.azure.core.http.HttpHeaderName;
import com.azure.core.http.HttpMethod;
import com.azure.core.http.HttpRequest;
import com.azure.core.http.HttpResponse;
import com.azure.core.util.Context;
import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaException.Kind;
import io.litestream.spi.RequestObserver.Operation;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A blob being read. One request gives all of it; if the connection breaks, another one goes on
 * where it broke, as long as the blob is the same and something worth the request arrived before.
 */
final class AzureReading extends InputStream {

  private static final HttpHeaderName VERSION = HttpHeaderName.fromString("x-ms-version");

  /** So much has to arrive for a break to be forgiven. */
  private static final int PROGRESS = 1 << 20;

  private final AzureStore store;
  private final String key;
  private Answer answer;
  private final long length;
  private final String etag;
  private long position;
  private int breaks;
  private boolean closed;

  /** One request that is being answered. */
  private record Answer(HttpResponse response, InputStream body, long began, long from) {}

  private AzureReading(AzureStore store, String key, Answer answer) throws ReplicaException {
    this.store = store;
    this.key = key;
    this.answer = answer;
    this.length = contentLength(answer.response());
    this.etag = String.valueOf(answer.response().getHeaderValue(HttpHeaderName.ETAG));
  }

  static AzureReading begin(AzureStore store, String key) throws ReplicaException {
    return new AzureReading(store, key, send(store, key, 0, null));
  }

  private static Answer send(AzureStore store, String key, long from, @Nullable String etag)
      throws ReplicaException {
    var request =
        new HttpRequest(HttpMethod.GET, store.url(key))
            .setHeader(VERSION, AzureStore.SERVICE_VERSION.getVersion())
            // Without it the library signs the word "null" in its place.
            .setHeader(HttpHeaderName.CONTENT_LENGTH, "0");
    if (etag != null) {
      request
          .setHeader(HttpHeaderName.RANGE, "bytes=" + from + "-")
          .setHeader(HttpHeaderName.IF_MATCH, etag);
    }
    long began = System.nanoTime();
    HttpResponse response;
    try {
      response = store.pipeline().sendSync(request, Context.NONE);
    } catch (RuntimeException e) {
      throw store.errors().translate("open", key, e);
    }
    int expected = etag == null ? 200 : 206;
    if (response.getStatusCode() != expected) {
      response.close();
      throw store
          .errors()
          .answer("open", key, response.getStatusCode(), AzureErrors.code(response), null);
    }
    return new Answer(response, response.getBodyAsInputStreamSync(), began, from);
  }

  private long contentLength(HttpResponse response) throws ReplicaException {
    String length = response.getHeaderValue(HttpHeaderName.CONTENT_LENGTH);
    if (length == null || !length.matches("[0-9]{1,18}")) {
      finish(true);
      throw new ReplicaException(
          Kind.UNAVAILABLE, "open", key, "NoContentLength", "the answer has no length", null);
    }
    return Long.parseLong(length);
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
      answer = send(store, key, position, etag);
    } catch (ReplicaException e) {
      closed = true;
      throw e;
    }
  }

  /** Tells of the request that was being answered, and lets go of its connection. */
  private void finish(boolean failed) {
    long bytes = position - answer.from();
    answer.response().close();
    try {
      answer.body().close();
    } catch (IOException | RuntimeException e) {
      // The answer is not wanted any more; there is nothing to lose.
    }
    store.observing().ended(Operation.GET, bytes, answer.began(), failed);
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
    return "AzureReading[" + key + "]";
  }
}
