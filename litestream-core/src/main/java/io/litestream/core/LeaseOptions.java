package io.litestream.core;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * Whether one process at a time may write to a replica.
 *
 * @param ttl how long a lease holds that is not renewed; it is renewed three times in that
 */
public record LeaseOptions(Mode mode, Duration ttl) {

  /** What is done about it. */
  public enum Mode {
    /** Nothing: who configures it sees to it. */
    OFF,
    /** A lease, if the store has the means; without them a warning. */
    ON,
    /** A lease; a store that has not the means is refused. */
    REQUIRED
  }

  public static final Duration DEFAULT_TTL = Duration.ofSeconds(30);
  public static final Duration MIN_TTL = Duration.ofSeconds(1);
  public static final Duration MAX_TTL = Duration.ofHours(1);

  /** What holds if nothing is said. */
  public static final LeaseOptions OFF = new LeaseOptions(Mode.OFF, DEFAULT_TTL);

  public LeaseOptions {
    requireNonNull(mode, "mode");
    if (ttl.compareTo(MIN_TTL) < 0 || ttl.compareTo(MAX_TTL) > 0) {
      throw new IllegalArgumentException("a lease holds from 1s to 1h, not " + ttl);
    }
  }
}
