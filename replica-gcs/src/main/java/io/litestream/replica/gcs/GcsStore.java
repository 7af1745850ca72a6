package io.litestream.replica.gcs;

import com.google.api.client.http.ByteArrayContent;
import com.google.api.client.http.GenericUrl;
import com.google.api.client.http.HttpRequest;
import com.google.api.client.http.HttpResponseException;
import io.litestream.spi.DeleteReport;
import io.litestream.spi.ExclusiveWrites;
import io.litestream.spi.ListPage;
import io.litestream.spi.ListRequest;
import io.litestream.spi.ObjectKeys;
import io.litestream.spi.ObjectWriter;
import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaException.Kind;
import io.litestream.spi.ReplicaStore;
import io.litestream.spi.RequestObserver;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A path in a bucket as a store. */
final class GcsStore implements ReplicaStore {

  private static final int PRECONDITION_FAILED = 412;

  private final GcsSettings settings;
  private final Deadlines deadlines;
  private final GcsErrors errors;
  private final GcsClient client;

  /** Uploads that have begun and not ended, to be cancelled at the end. */
  private final Set<ResumableUpload> uploads = ConcurrentHashMap.newKeySet();

  private volatile boolean closed;

  private GcsStore(GcsSettings settings, Deadlines deadlines, RequestObserver observer) {
    this.settings = settings;
    this.deadlines = deadlines;
    this.errors = new GcsErrors(settings.bucket());
    this.client = new GcsClient(settings, deadlines, observer);
  }

  static GcsStore open(GcsSettings settings, Deadlines deadlines, RequestObserver observer) {
    return new GcsStore(settings, deadlines, observer);
  }

  @Override
  public ListPage list(ListRequest request) throws IOException {
    requireUsable("list", request.prefix());
    try {
      return new GcsListing(this, request).page();
    } catch (IOException | RuntimeException e) {
      throw errors.translate("list", request.prefix(), e);
    }
  }

  @Override
  public InputStream open(String key) throws IOException {
    ObjectKeys.requireValid(key);
    requireUsable("open", key);
    return GcsReading.begin(this, key);
  }

  @Override
  public ObjectWriter create(String key) throws IOException {
    ObjectKeys.requireValid(key);
    requireUsable("write", key);
    return new GcsWriting(this, key);
  }

  @Override
  public Optional<ExclusiveWrites> exclusiveWrites() {
    return Optional.of(this::createIfAbsent);
  }

  /** Generation 0 is that of an object that does not exist. */
  private boolean createIfAbsent(String key, byte[] content) throws ReplicaException {
    ObjectKeys.requireValid(key);
    requireUsable("commit", key);
    try {
      GenericUrl url = client.uploadUrl(name(key), "media").set("ifGenerationMatch", 0);
      HttpRequest request =
          client
              .requests()
              .buildPostRequest(url, new ByteArrayContent("application/octet-stream", content));
      request.execute().disconnect();
      return true;
    } catch (IOException | RuntimeException e) {
      if (e instanceof HttpResponseException refused
          && refused.getStatusCode() == PRECONDITION_FAILED) {
        return false;
      }
      throw errors.translate("commit", key, e);
    }
  }

  @Override
  public DeleteReport delete(Collection<String> keys) throws IOException {
    keys.forEach(ObjectKeys::requireValid);
    requireUsable("delete", "");
    return new GcsDeletion(this).delete(keys);
  }

  void requireUsable(String operation, String key) throws ReplicaException {
    if (closed) {
      throw new ReplicaException(
          Kind.UNAVAILABLE, operation, key, null, "the store has been closed", null);
    }
    if (Thread.currentThread().isInterrupted()) {
      throw new ReplicaException(
          Kind.UNAVAILABLE, operation, key, "Interrupted", "the thread was interrupted", null);
    }
  }

  String name(String key) {
    return root() + key;
  }

  /** The key of a name that begins with the root. */
  String key(String name) {
    return name.substring(root().length());
  }

  private String root() {
    return settings.path().isEmpty() ? "" : settings.path() + "/";
  }

  String bucket() {
    return settings.bucket();
  }

  GcsClient client() {
    return client;
  }

  GcsErrors errors() {
    return errors;
  }

  Deadlines deadlines() {
    return deadlines;
  }

  void began(ResumableUpload upload) {
    uploads.add(upload);
  }

  void ended(ResumableUpload upload) {
    uploads.remove(upload);
  }

  /** Cancels uploads first: afterwards nothing can be sent any more. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      uploads.forEach(ResumableUpload::cancel);
      client.close();
    }
  }

  @Override
  public String toString() {
    return "GcsStore[" + settings.endpoint() + "/" + settings.bucket() + "/" + root() + "]";
  }
}
