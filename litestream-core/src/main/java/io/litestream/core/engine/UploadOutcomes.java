package io.litestream.core.engine;

import io.litestream.core.position.Position;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * How the uploads to one replica end, and how long to wait after one that failed. Told by the
 * thread that uploads, read by any.
 */
final class UploadOutcomes {

  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

  private final Clock wallClock;
  private final Function<Level, LoggingEventBuilder> log;
  private final Failures failures;

  private volatile @Nullable Instant lastSync;
  private volatile @Nullable Instant retryAt;

  /**
   * @param log begins a line that names database and replica
   */
  UploadOutcomes(Clock wallClock, Function<Level, LoggingEventBuilder> log) {
    this.wallClock = wallClock;
    this.log = log;
    this.failures =
        new Failures(
            "upload failed",
            new Backoff(FIRST_PAUSE, LONGEST_PAUSE, () -> ThreadLocalRandom.current().nextDouble()),
            log);
  }

  /** The replica holds everything that has been copied. */
  void inSync() {
    lastSync = wallClock.instant();
  }

  /**
   * What there was to upload has been uploaded.
   *
   * @param position the end of it
   */
  void succeeded(Optional<Position> position) {
    retryAt = null;
    if (failures.ended()) {
      log.apply(Level.INFO)
          .addKeyValue("position", position.orElse(null))
          .log("replica is reachable again");
    }
    inSync();
  }

  /** Returns how long to wait with the next try. */
  Duration failed(Exception e) {
    Duration pause = failures.failed(e);
    retryAt = wallClock.instant().plus(pause);
    return pause;
  }

  /** When the replica was last seen to hold everything that had been copied. */
  Optional<Instant> lastSync() {
    return Optional.ofNullable(lastSync);
  }

  /** Why the last upload failed; empty if it did not. */
  Optional<String> error() {
    return failures.error();
  }

  /** When it is tried again, if it failed. */
  Optional<Instant> retryAt() {
    return Optional.ofNullable(retryAt);
  }
}
