package io.litestream.cli.config;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * How a running process watches itself and can be watched.
 *
 * @param addr where metrics and status are served; not at all if empty
 * @param maxLag how far a replica may be behind, beyond its sync interval, and still be healthy
 * @param checkOnStart whether each replica is probed when replication begins
 * @param heartbeatUrl what is called while every replica is healthy; a secret
 * @param heartbeatInterval how often
 */
public record Monitoring(
    Optional<ListenAddress> addr,
    Duration maxLag,
    boolean checkOnStart,
    Optional<URI> heartbeatUrl,
    Duration heartbeatInterval) {

  public static final Duration DEFAULT_MAX_LAG = Duration.ofMinutes(5);
  public static final Duration DEFAULT_HEARTBEAT_INTERVAL = Duration.ofMinutes(5);

  /** More often would be a load on those who are called. */
  public static final Duration MIN_HEARTBEAT_INTERVAL = Duration.ofMinutes(1);

  /** What holds if nothing is said. */
  public static final Monitoring DEFAULT =
      new Monitoring(
          Optional.empty(), DEFAULT_MAX_LAG, true, Optional.empty(), DEFAULT_HEARTBEAT_INTERVAL);

  /** Of the heartbeat the host alone: its path tells who may call. */
  @Override
  public String toString() {
    return "Monitoring[addr="
        + addr
        + ", maxLag="
        + maxLag
        + ", checkOnStart="
        + checkOnStart
        + ", heartbeat="
        + heartbeatUrl.map(URI::getHost)
        + ", heartbeatInterval="
        + heartbeatInterval
        + "]";
  }
}
