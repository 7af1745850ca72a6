package io.litestream.replica.azure;

import com.azure.core.http.HttpHeaderName;
import com.azure.core.http.HttpMethod;
import com.azure.core.http.HttpRequest;
import com.azure.core.http.HttpResponse;
import com.azure.core.util.Context;
import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaException.Kind;
import io.litestream.spi.RequestObserver.Operation;
import io.litestream.spi.ResumedInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** Asks for one version of a blob, from any byte on. */
final class AzureReading implements ResumedInputStream.Source {

  private static final HttpHeaderName VERSION = HttpHeaderName.fromString("x-ms-version");

  private final AzureStore store;
  private final String key;
  private final String etag;

  private AzureReading(AzureStore store, String key, String etag) {
    this.store = store;
    this.key = key;
    this.etag = etag;
  }

  static InputStream begin(AzureStore store, String key) throws ReplicaException {
    Body first = send(store, key, 0, null);
    long length = first.length(key);
    String etag = String.valueOf(first.response().getHeaderValue(HttpHeaderName.ETAG));
    return new ResumedInputStream(
        key, length, store.deadlines().retries(), new AzureReading(store, key, etag), first);
  }

  private static Body send(AzureStore store, String key, long from, @Nullable String etag)
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
    return new Body(store.observing(), response, response.getBodyAsInputStreamSync(), began);
  }

  @Override
  public ResumedInputStream.Answer request(long from) throws ReplicaException {
    return send(store, key, from, etag);
  }

  @Override
  public void requireUsable() throws ReplicaException {
    store.requireUsable("read", key);
  }

  @Override
  public ReplicaException broken(Exception e) {
    return store.errors().translate("read", key, e);
  }

  /**
   * An answer with a blob in it, or the rest of one.
   *
   * @param began by {@link System#nanoTime}
   */
  private record Body(
      ObservingPolicy observing, HttpResponse response, InputStream body, long began)
      implements ResumedInputStream.Answer {

    long length(String key) throws ReplicaException {
      String length = response.getHeaderValue(HttpHeaderName.CONTENT_LENGTH);
      if (length == null || !length.matches("[0-9]{1,18}")) {
        end(0, true);
        throw new ReplicaException(
            Kind.UNAVAILABLE, "open", key, "NoContentLength", "the answer has no length", null);
      }
      return Long.parseLong(length);
    }

    @Override
    public void end(long bytes, boolean failed) {
      response.close();
      try {
        body.close();
      } catch (IOException | RuntimeException e) {
        // The answer is not wanted any more; there is nothing to lose.
      }
      observing.ended(Operation.GET, bytes, began, failed);
    }
  }
}
