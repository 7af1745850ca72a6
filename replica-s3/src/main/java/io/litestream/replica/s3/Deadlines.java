package io.litestream.replica.s3;

import java.time.Duration;

/**
 * How long a store is waited for.
 *
 * @param connect for a connection
 * @param silence for the next byte, of an answer or of an object that is read
 * @param attempt for one request from its first byte to its answer, its object's bytes aside
 * @param bytesPerSecond how slow the bytes of an object may go up: a request that carries some has
 *     that much more time
 * @param attempts how often a request is sent at most, if its failure may pass
 */
record Deadlines(
    Duration connect, Duration silence, Duration attempt, int bytesPerSecond, int attempts) {

  static final Deadlines DEFAULT =
      new Deadlines(
          Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofSeconds(60), 64 << 10, 4);

  /** For one attempt at a request that carries so many bytes of an object. */
  Duration attempt(long bytes) {
    return attempt.plusMillis(bytes * 1000 / bytesPerSecond);
  }

  /** For all attempts together, the pauses between them included. */
  Duration call(long bytes) {
    return attempt(bytes).multipliedBy(2).plus(attempt);
  }
}
