package io.litestream.cli.monitor;

import io.litestream.spi.RequestObserver.Operation;
import io.litestream.spi.RequestObserver.Request;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** The requests of each replica since the start, by kind. Safe for use by any thread. */
public final class RequestTally {

  private record Key(Path database, String replica, Operation operation) {}

  private record Adders(LongAdder requests, LongAdder bytes) {}

  /**
   * How much of one kind.
   *
   * @param bytes of objects carried
   */
  public record Count(long requests, long bytes) {}

  private final Map<Key, Adders> adders = new ConcurrentHashMap<>();

  void add(Path database, String replica, Request request) {
    Adders adder =
        adders.computeIfAbsent(
            new Key(database, replica, request.operation()),
            key -> new Adders(new LongAdder(), new LongAdder()));
    adder.requests().increment();
    adder.bytes().add(request.bytes());
  }

  void remove(Path database) {
    adders.keySet().removeIf(key -> key.database().equals(database));
  }

  /** Those of one replica; every kind is there. */
  Map<Operation, Count> of(Path database, String replica) {
    Map<Operation, Count> counts = new EnumMap<>(Operation.class);
    for (Operation operation : Operation.values()) {
      Adders adder = adders.get(new Key(database, replica, operation));
      counts.put(
          operation,
          adder == null ? new Count(0, 0) : new Count(adder.requests().sum(), adder.bytes().sum()));
    }
    return counts;
  }
}
