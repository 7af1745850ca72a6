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
  private final Backoff backoff =
      new Backoff(FIRST_PAUSE, LONGEST_PAUSE, () -> ThreadLocalRandom.current().nextDouble());

  private volatile @Nullable Instant lastSync;
  private volatile @Nullable String error;
  private volatile @Nullable Instant retryAt;

  /**
   * @param log begins a line that names database and replica
   */
  UploadOutcomes(Clock wallClock, Function<Level, LoggingEventBuilder> log) {
    this.wallClock = wallClock;
    this.log = log;
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
    backoff.reset();
    retryAt = null;
    if (error != null) {
      error = null;
      log.apply(Level.INFO)
          .addKeyValue("position", position.orElse(null))
          .log("replica is reachable again");
    }
    inSync();
  }

  /** Returns how long to wait with the next try. */
  Duration failed(Exception e) {
    String message = Optional.ofNullable(e.getMessage()).orElse(e.getClass().getSimpleName());
    Duration pause = backoff.next();
    // Once per change of state; a store that stays away for hours does not fill the log.
    boolean news = !message.equals(error);
    error = message;
    retryAt = wallClock.instant().plus(pause);
    log.apply(news ? Level.ERROR : Level.DEBUG)
        .addKeyValue("error", message)
        .addKeyValue("retry-in", pause)
        .setCause(e)
        .log("upload failed");
    return pause;
  }

  /** When the replica was last seen to hold everything that had been copied. */
  Optional<Instant> lastSync() {
    return Optional.ofNullable(lastSync);
  }

  /** Why the last upload failed; empty if it did not. */
  Optional<String> error() {
    return Optional.ofNullable(error);
  }

  /** When it is tried again, if it failed. */
  Optional<Instant> retryAt() {
    return Optional.ofNullable(retryAt);
  }
}
