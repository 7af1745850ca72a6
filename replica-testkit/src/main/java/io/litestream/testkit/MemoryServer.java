package io.litestream.testkit;

import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaException.Kind;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** What all {@link InMemoryStore}s opened on the same objects share, as clients share a server. */
final class MemoryServer {

  final MemoryObjects objects = new MemoryObjects();
  final Faults faults = new Faults();
  private final Map<StoreOperation, AtomicLong> calls = new EnumMap<>(StoreOperation.class);
  private volatile InstantSource clock = InstantSource.system();

  MemoryServer() {
    for (StoreOperation operation : StoreOperation.values()) {
      calls.put(operation, new AtomicLong());
    }
  }

  void clock(InstantSource source) {
    clock = source;
  }

  void put(String key, byte[] bytes) {
    objects.put(key, bytes, clock.instant());
  }

  boolean putIfAbsent(String key, byte[] bytes) {
    return objects.putIfAbsent(key, bytes, clock.instant());
  }

  long count(StoreOperation operation) {
    AtomicLong count = calls.get(operation);
    return count == null ? 0 : count.get();
  }

  /** Counts a call and holds it up as it was told to. */
  StoreCall arrive(StoreOperation operation, String key) throws ReplicaException {
    AtomicLong count = calls.get(operation);
    var call = new StoreCall(operation, key, count == null ? 0 : count.incrementAndGet());
    if (Thread.currentThread().isInterrupted()) {
      throw interrupted(call, null);
    }
    try {
      faults.pause(call);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw interrupted(call, e);
    }
    return call;
  }

  /** Lets a call go on that concerns one key, unless it was told to fail. */
  void enter(StoreOperation operation, String key) throws ReplicaException {
    StoreCall call = arrive(operation, key);
    Optional<Kind> kind = faults.takeNext(operation).or(() -> faults.ruled(call));
    if (kind.isPresent()) {
      throw Faults.failure(operation, key, kind.get());
    }
  }

  private static ReplicaException interrupted(
      StoreCall call, @Nullable InterruptedException cause) {
    return new ReplicaException(
        Kind.UNAVAILABLE,
        call.operation().word(),
        call.key(),
        "Interrupted",
        "the thread was interrupted",
        cause);
  }
}
