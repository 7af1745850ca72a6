package io.litestream.core.engine;

import io.litestream.core.position.Position;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How far the replicas of one database are behind it, in time. A database that could not be looked
 * at, or that nobody came to look at, counts as changed since it was looked at last. May be used by
 * any thread.
 */
final class ReplicationLag {

  /** How much later than planned the database may be looked at before that counts as a lag. */
  private static final Duration LATE = Duration.ofSeconds(2);

  private final Clock clock;
  private final Duration tolerated;
  private final CopyTimes copyTimes = new CopyTimes();

  /** When the database was last looked at with the result that nothing more was to be copied. */
  private volatile Instant lastLook;

  /**
   * @param monitorInterval how often the database is looked at
   */
  ReplicationLag(Clock clock, Duration monitorInterval) {
    this.clock = clock;
    this.tolerated = monitorInterval.multipliedBy(2).plus(LATE);
    this.lastLook = clock.instant();
  }

  /** At that time everything that was committed had been copied. */
  void lookedAt(Instant time) {
    lastLook = time;
  }

  Instant lastLook() {
    return lastLook;
  }

  /** Everything up to there has been copied now. */
  void copied(Position end) {
    copyTimes.copied(end, clock.instant());
  }

  /**
   * Since how long a replica has lacked something.
   *
   * @param held up to where the database can be restored from it
   */
  Duration of(@Nullable Position held) {
    Instant now = clock.instant();
    Duration unseen = Duration.between(lastLook, now);
    if (unseen.compareTo(tolerated) < 0) {
      unseen = Duration.ZERO;
    }
    Duration waiting =
        copyTimes
            .waitingSince(held)
            .map(since -> Duration.between(since, now))
            .orElse(Duration.ZERO);
    return waiting.compareTo(unseen) > 0 ? waiting : unseen;
  }
}
