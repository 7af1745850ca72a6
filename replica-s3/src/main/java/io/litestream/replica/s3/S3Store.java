package io.litestream.replica.s3;

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
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;

/** A prefix of a bucket as a store. */
final class S3Store implements ReplicaStore {

  private final S3Settings settings;
  private final Deadlines deadlines;
  private final SharedConnections connections;
  private final ObservedHttpClient http;
  private final S3Client client;
  private final LeftUploads leftUploads;
  private final PageTokens tokens = new PageTokens();
  private final Set<S3Writing> writers = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final AtomicBoolean released = new AtomicBoolean();

  private S3Store(
      S3Settings settings,
      Deadlines deadlines,
      SharedConnections connections,
      RequestObserver observer) {
    this.settings = settings;
    this.deadlines = deadlines;
    this.connections = connections;
    this.http = new ObservedHttpClient(connections.http(), observer);
    this.client = S3Clients.open(settings, deadlines, http, connections);
    this.leftUploads = new LeftUploads(settings.place(), InstantSource.system());
  }

  static S3Store open(S3Settings settings, Deadlines deadlines, RequestObserver observer) {
    SharedConnections connections = SharedConnections.open(settings.isVerified(), deadlines);
    try {
      return new S3Store(settings, deadlines, connections, observer);
    } catch (RuntimeException e) {
      connections.close();
      throw e;
    }
  }

  @Override
  public ListPage list(ListRequest request) throws IOException {
    var listing = new S3Listing(settings.place(), request);
    if (!listing.canFindAnything()) {
      requireUsable("list", request.prefix());
      return ListPage.EMPTY;
    }
    ListObjectsV2Request asked = listing.request(tokens.take(request));
    ListObjectsV2Response answer = call("list", request.prefix(), s3 -> s3.listObjectsV2(asked));
    ListPage page = listing.page(answer);
    String token = answer.nextContinuationToken();
    if (page.next().isPresent() && token != null) {
      tokens.put(request.after(page.next().get()), token);
    }
    return page;
  }

  @Override
  public InputStream open(String key) throws IOException {
    ObjectKeys.requireValid(key);
    return S3Reading.open(this, key);
  }

  @Override
  public ObjectWriter create(String key) throws IOException {
    ObjectKeys.requireValid(key);
    requireUsable("write", key);
    var writer = new S3Writing(this, key);
    writers.add(writer);
    if (closed.get()) {
      writer.close();
      throw closed("write", key, null);
    }
    return writer;
  }

  @Override
  public Optional<ExclusiveWrites> exclusiveWrites() {
    return Optional.of(
        (key, content) -> S3Writing.createIfAbsent(this, ObjectKeys.requireValid(key), content));
  }

  @Override
  public DeleteReport delete(Collection<String> keys) throws IOException {
    Set<String> distinct = new LinkedHashSet<>();
    for (String key : keys) {
      distinct.add(ObjectKeys.requireValid(key));
    }
    requireUsable("delete", "");
    return new S3Deletion(this, List.copyOf(distinct)).run();
  }

  /** Makes one call of the vendor's library, with its failures in the port's terms. */
  <T> T call(String operation, String key, Function<S3Client, T> call) throws ReplicaException {
    requireUsable(operation, key);
    try {
      return call.apply(client);
    } catch (RuntimeException e) {
      throw failed(operation, key, e);
    }
  }

  /** A failure of the vendor's library in the port's terms; keeps an interrupt. */
  ReplicaException failed(String operation, String key, RuntimeException e) {
    if (e instanceof AbortedException) {
      Thread.currentThread().interrupt();
    }
    return closed.get()
        ? closed(operation, key, e)
        : S3Errors.translate(operation, key, place(), e);
  }

  S3Place place() {
    return settings.place();
  }

  S3Settings settings() {
    return settings;
  }

  Deadlines deadlines() {
    return deadlines;
  }

  void requireUsable(String operation, String key) throws ReplicaException {
    if (closed.get()) {
      throw closed(operation, key, null);
    }
    if (Thread.currentThread().isInterrupted()) {
      throw new ReplicaException(
          Kind.UNAVAILABLE, operation, key, "Interrupted", "the thread was interrupted", null);
    }
  }

  private static ReplicaException closed(String operation, String key, @Nullable Throwable cause) {
    return new ReplicaException(
        Kind.UNAVAILABLE, operation, key, null, "the store has been closed", cause);
  }

  void removeOldUploads() {
    leftUploads.removeOld(client);
  }

  /** See {@link LeftUploads#removeLost}. */
  void removeLostUploads(String name) {
    Set<String> known =
        writers.stream().flatMap(writer -> writer.uploadId().stream()).collect(Collectors.toSet());
    leftUploads.removeLost(client, name, known);
  }

  /** Ends a writer, see {@link S3Writing#abandon}. */
  Optional<ReplicaException> abandon(S3Writing writer) {
    Optional<ReplicaException> failure = writer.abandon(client);
    writers.remove(writer);
    releaseIfDone();
    return failure;
  }

  /**
   * Ends the requests that are under way, and aborts the uploads of the writers that are open, each
   * by a request of its own.
   */
  @Override
  public void close() throws IOException {
    if (closed.getAndSet(true)) {
      return;
    }
    http.close();
    List<ReplicaException> failures = new ArrayList<>();
    for (S3Writing writer : writers) {
      writer.abandon(client).ifPresent(failures::add);
    }
    releaseIfDone();
    if (!failures.isEmpty()) {
      ReplicaException first = failures.get(0);
      failures.subList(1, failures.size()).forEach(first::addSuppressed);
      throw first;
    }
  }

  /**
   * Connections stay until the last writer has ended: one that was sending when the store closed
   * aborts its upload once more, since what it sent may have arrived after the first time.
   */
  private void releaseIfDone() {
    if (closed.get() && writers.isEmpty() && !released.getAndSet(true)) {
      client.close();
      connections.close();
    }
  }

  @Override
  public String toString() {
    return "S3Store[" + place() + "]";
  }
}
