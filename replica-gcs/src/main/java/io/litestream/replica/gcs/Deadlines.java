package io.litestream.replica.gcs;

import java.time.Duration;

/**
 * How long a request may take before it counts as failed, and how often it is tried.
 *
 * @param connect until there is a connection
 * @param silence the longest time without a byte
 * @param retries after the first try
 * @param pause before the first retry; doubles with each
 */
record Deadlines(Duration connect, Duration silence, int retries, Duration pause) {

  static final Deadlines DEFAULT =
      new Deadlines(Duration.ofSeconds(10), Duration.ofSeconds(30), 3, Duration.ofMillis(500));

  /** A store that asks for a longer pause than this is left to the engine's own pauses. */
  static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
}
