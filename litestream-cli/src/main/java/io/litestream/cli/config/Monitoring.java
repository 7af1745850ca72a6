package io.litestream.cli.config;

import java.time.Duration;
import java.util.Optional;

/**
 * How a running process watches itself and can be watched.
 *
 * @param addr where metrics and status are served; not at all if empty
 * @param maxLag how far a replica may be behind, beyond its sync interval, and still be healthy
 * @param checkOnStart whether each replica is probed when replication begins
 */
public record Monitoring(Optional<ListenAddress> addr, Duration maxLag, boolean checkOnStart) {

  public static final Duration DEFAULT_MAX_LAG = Duration.ofMinutes(5);

  /** What holds if nothing is said. */
  public static final Monitoring DEFAULT = new Monitoring(Optional.empty(), DEFAULT_MAX_LAG, true);
}
