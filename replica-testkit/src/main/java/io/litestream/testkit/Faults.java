package io.litestream.testkit;

import io.litestream.spi.NoSuchObjectException;
import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaException.Kind;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/** What an {@link InMemoryStore} has been told to do wrong. Used by any number of threads. */
final class Faults {

  private record Failing(Predicate<StoreCall> calls, Kind kind) {}

  private record Holding(Predicate<StoreCall> calls, StoreHold hold) {}

  private record Denying(Predicate<String> keys, String code) {}

  private record Breaking(StoreOperation operation, long bytes, Kind kind) {}

  private final Object lock = new Object();
  private final Map<StoreOperation, Deque<Kind>> next = new EnumMap<>(StoreOperation.class);
  private final Map<StoreOperation, Integer> lostAnswers = new EnumMap<>(StoreOperation.class);
  private final List<Failing> failing = new CopyOnWriteArrayList<>();
  private final List<Holding> holding = new CopyOnWriteArrayList<>();
  private final List<Denying> denying = new CopyOnWriteArrayList<>();
  private final List<Breaking> breaking = new CopyOnWriteArrayList<>();
  private volatile Duration delay = Duration.ZERO;

  void failNext(StoreOperation operation, Kind kind, int times) {
    synchronized (lock) {
      Deque<Kind> kinds = next.computeIfAbsent(operation, o -> new ArrayDeque<>());
      for (int i = 0; i < times; i++) {
        kinds.add(kind);
      }
    }
  }

  void loseAnswers(StoreOperation operation, int times) {
    synchronized (lock) {
      lostAnswers.merge(operation, times, Integer::sum);
    }
  }

  void failWhen(Predicate<StoreCall> calls, Kind kind) {
    failing.add(new Failing(calls, kind));
  }

  void breakAfter(StoreOperation operation, long bytes, Kind kind) {
    breaking.add(new Breaking(operation, bytes, kind));
  }

  void deny(Predicate<String> keys, String code) {
    denying.add(new Denying(keys, code));
  }

  void delay(Duration each) {
    delay = each;
  }

  StoreHold hold(Predicate<StoreCall> calls) {
    var hold = new StoreHold();
    holding.add(new Holding(calls, hold));
    return hold;
  }

  void heal() {
    synchronized (lock) {
      next.clear();
      lostAnswers.clear();
    }
    failing.clear();
    denying.clear();
    breaking.clear();
    delay = Duration.ZERO;
    holding.forEach(rule -> rule.hold().release());
    holding.clear();
  }

  /** Waits as long as the call is to be slow or held. */
  void pause(StoreCall call) throws InterruptedException {
    Duration each = delay;
    if (!each.isZero()) {
      Thread.sleep(each.toMillis(), each.toNanosPart() % 1_000_000);
    }
    for (Holding rule : holding) {
      if (rule.calls().test(call)) {
        rule.hold().pass();
      }
    }
  }

  /** The failure that is due to the next call of an operation, whatever its key; taken once. */
  Optional<Kind> takeNext(StoreOperation operation) {
    synchronized (lock) {
      Deque<Kind> kinds = next.get(operation);
      return kinds == null ? Optional.empty() : Optional.ofNullable(kinds.poll());
    }
  }

  /** The failure that a rule sets for this very call. */
  Optional<Kind> ruled(StoreCall call) {
    return failing.stream().filter(rule -> rule.calls().test(call)).map(Failing::kind).findFirst();
  }

  /** Whether the answer to a call that has taken effect is to be lost; taken once. */
  boolean takeLostAnswer(StoreOperation operation) {
    synchronized (lock) {
      int left = lostAnswers.getOrDefault(operation, 0);
      if (left > 0) {
        lostAnswers.put(operation, left - 1);
      }
      return left > 0;
    }
  }

  /** How many of {@code length} bytes still pass, when {@code done} have passed before. */
  long passing(StoreOperation operation, long done, long length) {
    long passing = length;
    for (Breaking rule : breaking) {
      if (rule.operation() == operation) {
        passing = Math.min(passing, Math.max(0, rule.bytes() - done));
      }
    }
    return passing;
  }

  Kind breakKind(StoreOperation operation) {
    return breaking.stream()
        .filter(rule -> rule.operation() == operation)
        .map(Breaking::kind)
        .findFirst()
        .orElse(Kind.UNAVAILABLE);
  }

  /** The code that a delete of the key is to be refused with. */
  Optional<String> denied(String key) {
    return denying.stream().filter(rule -> rule.keys().test(key)).map(Denying::code).findFirst();
  }

  static ReplicaException failure(StoreOperation operation, String key, Kind kind) {
    if (kind == Kind.NOT_FOUND && operation == StoreOperation.OPEN) {
      return new NoSuchObjectException(key, null);
    }
    return new ReplicaException(
        kind, operation.word(), key, code(kind), "the store was told to fail", null);
  }

  /** The store's own code, in the spelling of the vendors. */
  static String code(Kind kind) {
    return switch (kind) {
      case NOT_FOUND -> "NoSuchBucket";
      case DENIED -> "AccessDenied";
      case THROTTLED -> "SlowDown";
      case UNAVAILABLE -> "ServiceUnavailable";
      case CONFIGURATION -> "InvalidConfiguration";
    };
  }
}
