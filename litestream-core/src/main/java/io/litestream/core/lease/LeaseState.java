package io.litestream.core.lease;

import java.time.Duration;
import java.util.Optional;

/** How one process stands with a lease, and what it is to do next. */
public sealed interface LeaseState {

  /**
   * Nothing is known.
   *
   * @param atStart whether this process has not held it yet
   */
  record Unknown(boolean atStart) implements LeaseState {}

  /**
   * It holds the lease.
   *
   * @param since before the epoch was asked for
   */
  record Held(long epoch, Moment since) implements LeaseState {}

  /**
   * Another one holds it.
   *
   * @param firstSeen when the epoch was seen for the first time
   */
  record Waiting(long epoch, Optional<LeaseRecord> other, Moment firstSeen) implements LeaseState {}

  /** What to do. */
  sealed interface Step {

    /** To make that epoch. */
    record Take(long epoch) implements Step {}

    /** To wait in that state. */
    record Wait(Waiting state) implements Step {}
  }

  /** Who asks. */
  record Candidate(String owner, String session, Duration ttl) {}

  /**
   * How much of its time a holder uses: what it began before has the rest, and the time that others
   * wait beyond, to arrive.
   */
  static Duration usable(Duration ttl) {
    return ttl.multipliedBy(3).dividedBy(4);
  }

  /** How long others wait: clocks may run at rates that differ by a fifth. */
  static Duration patience(Duration ttl) {
    return ttl.multipliedBy(5).dividedBy(4);
  }

  /** Whether it may begin to make something visible now. */
  static boolean mayWrite(LeaseState state, Duration ttl, Moment now) {
    return state instanceof Held held && now.isWithin(usable(ttl), held.since());
  }

  /**
   * Decides after a look at the newest epoch.
   *
   * @param epoch its number; 0 if there is none
   * @param newest what it says; empty if that cannot be read, or there is none
   */
  static Step decide(
      LeaseState state, Candidate me, long epoch, Optional<LeaseRecord> newest, Moment now) {
    if (epoch == 0 || newest.filter(record -> isFree(state, me, record)).isPresent()) {
      return new Step.Take(epoch + 1);
    }
    Waiting waiting =
        state instanceof Waiting before && before.epoch() == epoch
            ? new Waiting(epoch, newest, before.firstSeen())
            : new Waiting(epoch, newest, now);
    Duration ttl = newest.map(LeaseRecord::ttl).orElse(me.ttl());
    return now.isAfter(patience(ttl), waiting.firstSeen())
        ? new Step.Take(epoch + 1)
        : new Step.Wait(waiting);
  }

  /**
   * Released, its own, or that of the process before it in the same place: which has ended, since
   * it had the meta directory locked. Once this one has held the lease, that is no process before
   * it, but one in a copy of the place.
   */
  private static boolean isFree(LeaseState state, Candidate me, LeaseRecord newest) {
    return newest.released()
        || newest.session().equals(me.session())
        || (state instanceof Unknown unknown
            && unknown.atStart()
            && newest.owner().equals(me.owner()));
  }
}
