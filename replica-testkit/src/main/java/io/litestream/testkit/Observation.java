package io.litestream.testkit;

import io.litestream.spi.RequestObserver;
import io.litestream.spi.RequestObserver.Operation;
import io.litestream.spi.RequestObserver.Request;
import java.io.IOException;
import java.time.Duration;

/** Tells an observer of the requests of an {@link InMemoryStore}. */
final class Observation {

  /** A request that carries no bytes of objects. */
  interface Exchange<T> {
    T run() throws IOException;
  }

  private final RequestObserver observer;

  Observation(RequestObserver observer) {
    this.observer = observer;
  }

  <T> T of(Operation operation, Exchange<T> exchange) throws IOException {
    long started = System.nanoTime();
    boolean failed = true;
    try {
      T answer = exchange.run();
      failed = false;
      return answer;
    } finally {
      ended(operation, 0, started, failed);
    }
  }

  /**
   * @param started when it began, by {@link System#nanoTime}
   */
  void ended(Operation operation, long bytes, long started, boolean failed) {
    var elapsed = Duration.ofNanos(System.nanoTime() - started);
    observer.onRequest(new Request(operation, bytes, elapsed, failed));
  }
}
