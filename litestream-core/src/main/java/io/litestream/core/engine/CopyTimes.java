package io.litestream.core.engine;

import io.litestream.core.position.Position;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * When each part of the shadow WAL was copied; from that, how long a replica has been waiting for
 * what it does not hold. Remembers a bounded number of moments: where some are forgotten, a wait
 * looks longer than it was, never shorter. May be used by any thread.
 */
final class CopyTimes {

  /** Enough for the last seconds in detail, and for a day's outage roughly. */
  static final int CAPACITY = 256;

  /** What lies between the end of the mark before and {@code end} was copied from then on. */
  private record Mark(Position end, Instant since) {}

  private final List<Mark> marks = new ArrayList<>();

  /**
   * Everything up to there has been copied.
   *
   * @param end not before the one of the last call, or of a new generation
   */
  synchronized void copied(Position end, Instant now) {
    if (!marks.isEmpty() && marks.get(marks.size() - 1).end().equals(end)) {
      return;
    }
    if (marks.size() == CAPACITY) {
      forgetEverySecond();
    }
    marks.add(new Mark(end, now));
  }

  /** Of the older half, where seconds matter less. */
  private void forgetEverySecond() {
    for (int i = 0; i < CAPACITY / 4; i++) {
      Mark earlier = marks.get(i);
      Mark later = marks.remove(i + 1);
      marks.set(i, new Mark(later.end(), earlier.since()));
    }
  }

  /**
   * Since when a replica has lacked something; empty if it lacks nothing.
   *
   * @param held what can be restored from it
   */
  synchronized Optional<Instant> waitingSince(@Nullable Position held) {
    int next = 0;
    for (int i = 0; i < marks.size(); i++) {
      if (held != null && held.covers(marks.get(i).end())) {
        next = i + 1;
      }
    }
    return next < marks.size() ? Optional.of(marks.get(next).since()) : Optional.empty();
  }
}
