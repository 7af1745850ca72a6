package io.litestream.core.engine;

import java.time.Duration;
import java.util.function.DoubleSupplier;

/**
 * Pauses between tries that fail: each about twice as long as the one before, up to a ceiling, and
 * up to a half shorter by chance, so that many do not try in step. Used by one thread at a time.
 */
final class Backoff {

  private final Duration first;
  private final Duration ceiling;
  private final DoubleSupplier random;
  private int failures;

  /**
   * @param random from 0 inclusive to 1 exclusive
   */
  Backoff(Duration first, Duration ceiling, DoubleSupplier random) {
    this.first = first;
    this.ceiling = ceiling;
    this.random = random;
  }

  /** How long to wait after one more failure. */
  Duration next() {
    long nanos = Math.min(first.toNanos(), ceiling.toNanos());
    for (int doubling = 0; doubling < failures && nanos < ceiling.toNanos(); doubling++) {
      nanos = nanos > ceiling.toNanos() / 2 ? ceiling.toNanos() : 2 * nanos;
    }
    failures++;
    return Duration.ofNanos(nanos - (long) (nanos * random.getAsDouble() / 2));
  }

  /** Begins from the first pause again. */
  void reset() {
    failures = 0;
  }
}
