package io.litestream.replica.gcs;

import com.google.api.client.http.HttpResponse;
import com.google.api.services.storage.Storage;
import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaException.Kind;
import io.litestream.spi.RequestObserver.Operation;
import io.litestream.spi.ResumedInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** Asks for one generation of an object, from any byte on. */
final class GcsReading implements ResumedInputStream.Source {

  private final GcsStore store;
  private final String key;
  private final long generation;

  private GcsReading(GcsStore store, String key, long generation) {
    this.store = store;
    this.key = key;
    this.generation = generation;
  }

  static InputStream begin(GcsStore store, String key) throws ReplicaException {
    Body first = send(store, key, 0, null);
    long length = first.number("content-length");
    long generation = first.number("x-goog-generation");
    return new ResumedInputStream(
        key, length, store.deadlines().retries(), new GcsReading(store, key, generation), first);
  }

  private static Body send(GcsStore store, String key, long from, @Nullable Long generation)
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
      return new Body(
          store, key, response, body == null ? InputStream.nullInputStream() : body, began);
    } catch (IOException | RuntimeException e) {
      throw store.errors().translate("open", key, e);
    }
  }

  @Override
  public ResumedInputStream.Answer request(long from) throws ReplicaException {
    return send(store, key, from, generation);
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
   * An answer with an object in it, or the rest of one.
   *
   * @param began by {@link System#nanoTime}
   */
  private record Body(
      GcsStore store, String key, HttpResponse response, InputStream body, long began)
      implements ResumedInputStream.Answer {

    long number(String header) throws ReplicaException {
      String number = response.getHeaders().getFirstHeaderStringValue(header);
      if (number == null || !number.matches("[0-9]{1,18}")) {
        end(0, true);
        throw new ReplicaException(
            Kind.UNAVAILABLE, "open", key, "Incomplete", "the answer has no " + header, null);
      }
      return Long.parseLong(number);
    }

    @Override
    public void end(long bytes, boolean failed) {
      try {
        response.disconnect();
      } catch (IOException | RuntimeException e) {
        // The answer is not wanted any more; there is nothing to lose.
      }
      store.client().transport().ended(Operation.GET, bytes, began, failed);
    }
  }
}
