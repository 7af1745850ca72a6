package io.litestream.testkit;

import io.litestream.spi.DeleteReport;
import io.litestream.spi.ExclusiveWrites;
import io.litestream.spi.ListPage;
import io.litestream.spi.ListRequest;
import io.litestream.spi.NoSuchObjectException;
import io.litestream.spi.ObjectKeys;
import io.litestream.spi.ObjectWriter;
import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaException.Kind;
import io.litestream.spi.ReplicaStore;
import io.litestream.spi.RequestObserver;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A store for tests. Keeps its objects in memory and the rules of {@link ReplicaStore}, and fails,
 * waits or denies when it is told to, until {@link #heal()}. Safe for use by any number of threads.
 *
 * <pre>{@code
 * var store = new InMemoryStore();
 * store.failNext(StoreOperation.COMMIT, Kind.UNAVAILABLE, 2);
 * store.denyDelete(key -> key.endsWith(".snapshot.lz4"));
 * StoreHold hold = store.hold(call -> call.operation() == StoreOperation.LIST);
 * }</pre>
 *
 * <p>Several rules may hold at once; of those that would fail the same call, {@code failNext} goes
 * first. What the store is told, what it holds and what it has counted is shared with the stores
 * that {@link #reopen} gives.
 */
public final class InMemoryStore implements ReplicaStore {

  private final MemoryServer server;
  private final Observation observation;
  private volatile boolean closed;

  /** An empty store that nobody observes. */
  public InMemoryStore() {
    this(RequestObserver.NONE);
  }

  /** An empty store. */
  public InMemoryStore(RequestObserver observer) {
    this(new MemoryServer(), observer);
  }

  private InMemoryStore(MemoryServer server, RequestObserver observer) {
    this.server = server;
    this.observation = new Observation(observer);
  }

  /** Another store on the same objects, open whether this one is closed or not. */
  public InMemoryStore reopen(RequestObserver observer) {
    return new InMemoryStore(server, observer);
  }

  /** Another store on the same objects, open whether this one is closed or not. */
  public InMemoryStore reopen() {
    return reopen(RequestObserver.NONE);
  }

  /** Fails the next {@code times} calls of an operation. More of the same queue up behind. */
  public InMemoryStore failNext(StoreOperation operation, Kind kind, int times) {
    server.faults.failNext(operation, kind, times);
    return this;
  }

  /** Fails every call that the predicate picks, by its operation, key or number. */
  public InMemoryStore failWhen(Predicate<StoreCall> calls, Kind kind) {
    server.faults.failWhen(calls, kind);
    return this;
  }

  /** Fails each writer once it has taken so many bytes: half-way through a write, if need be. */
  public InMemoryStore failWritesAfter(long bytes, Kind kind) {
    server.faults.breakAfter(StoreOperation.WRITE, bytes, kind);
    return this;
  }

  /** Fails each stream that reads an object once it has given so many bytes. */
  public InMemoryStore failReadsAfter(long bytes, Kind kind) {
    server.faults.breakAfter(StoreOperation.READ, bytes, kind);
    return this;
  }

  /**
   * Lets the next commits, or batches of deletes, take effect and fail all the same: as if the
   * store's answer was lost on its way.
   *
   * @param operation {@code COMMIT} or {@code DELETE}
   */
  public InMemoryStore loseAnswers(StoreOperation operation, int times) {
    if (operation != StoreOperation.COMMIT && operation != StoreOperation.DELETE) {
      throw new IllegalArgumentException("only commits and deletes take effect: " + operation);
    }
    server.faults.loseAnswers(operation, times);
    return this;
  }

  /** Denies the deletes of the keys that the predicate picks, with the code AccessDenied. */
  public InMemoryStore denyDelete(Predicate<String> keys) {
    return denyDelete(keys, Faults.code(Kind.DENIED));
  }

  /** Denies the deletes of the keys that the predicate picks, with a code of choice. */
  public InMemoryStore denyDelete(Predicate<String> keys, String code) {
    server.faults.deny(keys, code);
    return this;
  }

  /** Makes every call take at least this long; an interrupt ends the waiting. */
  public InMemoryStore delay(Duration each) {
    server.faults.delay(each);
    return this;
  }

  /** Stops the calls that the predicate picks until they are let go, or the store healed. */
  public StoreHold hold(Predicate<StoreCall> calls) {
    return server.faults.hold(calls);
  }

  /** Forgets everything that the store was told to do wrong, and lets go of what it holds. */
  public InMemoryStore heal() {
    server.faults.heal();
    return this;
  }

  /** Sets where the store takes {@code lastModified} from; the system's clock at first. */
  public InMemoryStore clock(InstantSource source) {
    server.clock(source);
    return this;
  }

  /** Places an object, past all rules and counters. */
  public InMemoryStore put(String key, byte[] bytes) {
    server.put(ObjectKeys.requireValid(key), bytes.clone());
    return this;
  }

  /** Removes an object if it is there, past all rules and counters. */
  public InMemoryStore remove(String key) {
    server.objects.remove(key);
    return this;
  }

  /** A copy of the bytes of one object. */
  public Optional<byte[]> bytes(String key) {
    return Optional.ofNullable(server.objects.get(key)).map(byte[]::clone);
  }

  /** A copy of all objects, in the order of listings. */
  public NavigableMap<String, byte[]> objects() {
    return server.objects.copy();
  }

  /** How many calls of each operation have come, failed ones included. */
  public Map<StoreOperation, Long> requests() {
    var counts = new EnumMap<StoreOperation, Long>(StoreOperation.class);
    for (StoreOperation operation : StoreOperation.values()) {
      counts.put(operation, requests(operation));
    }
    return counts;
  }

  /** How many calls of one operation have come, failed ones included. */
  public long requests(StoreOperation operation) {
    return server.count(operation);
  }

  @Override
  public ListPage list(ListRequest request) throws IOException {
    requireOpen(StoreOperation.LIST, request.prefix());
    return observation.of(
        RequestObserver.Operation.LIST,
        () -> {
          server.enter(StoreOperation.LIST, request.prefix());
          return server.objects.list(request);
        });
  }

  @Override
  public InputStream open(String key) throws IOException {
    ObjectKeys.requireValid(key);
    requireOpen(StoreOperation.OPEN, key);
    long started = System.nanoTime();
    try {
      server.enter(StoreOperation.OPEN, key);
      byte[] bytes = server.objects.get(key);
      if (bytes == null) {
        throw new NoSuchObjectException(key, null);
      }
      return new MemoryInputStream(this, key, bytes, started);
    } catch (ReplicaException e) {
      observation.ended(RequestObserver.Operation.GET, 0, started, true);
      throw e;
    }
  }

  @Override
  public ObjectWriter create(String key) throws IOException {
    ObjectKeys.requireValid(key);
    requireOpen(StoreOperation.CREATE, key);
    server.enter(StoreOperation.CREATE, key);
    return new MemoryWriter(this, key);
  }

  @Override
  public Optional<ExclusiveWrites> exclusiveWrites() {
    return Optional.of(this::createIfAbsent);
  }

  private boolean createIfAbsent(String key, byte[] content) throws IOException {
    ObjectKeys.requireValid(key);
    requireOpen(StoreOperation.COMMIT, key);
    return observation.of(
        RequestObserver.Operation.PUT,
        () -> {
          server.enter(StoreOperation.COMMIT, key);
          boolean made = server.putIfAbsent(key, content.clone());
          if (server.faults.takeLostAnswer(StoreOperation.COMMIT)) {
            throw Faults.failure(StoreOperation.COMMIT, key, Kind.UNAVAILABLE);
          }
          return made;
        });
  }

  @Override
  public DeleteReport delete(Collection<String> keys) throws IOException {
    keys.forEach(ObjectKeys::requireValid);
    requireOpen(StoreOperation.DELETE, "");
    return new MemoryDeletion(server, observation).delete(keys);
  }

  @Override
  public void close() {
    closed = true;
  }

  MemoryServer server() {
    return server;
  }

  Observation observation() {
    return observation;
  }

  void requireOpen(StoreOperation operation, String key) throws ReplicaException {
    if (closed) {
      throw new ReplicaException(
          Kind.UNAVAILABLE, operation.word(), key, null, "the store is closed", null);
    }
  }

  @Override
  public String toString() {
    return "InMemoryStore[" + server.objects.copy().size() + " objects]";
  }
}
