package io.litestream.core.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.litestream.core.lease.LeaseState.Candidate;
import io.litestream.core.lease.LeaseState.Held;
import io.litestream.core.lease.LeaseState.Step.Take;
import io.litestream.core.lease.LeaseState.Step.Wait;
import io.litestream.core.lease.LeaseState.Unknown;
import io.litestream.core.lease.LeaseState.Waiting;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class LeaseStateTest {

  private static final Duration TTL = Duration.ofSeconds(40);
  private static final Candidate ME = new Candidate("here", "mine", TTL);
  private static final Optional<LeaseRecord> THEIRS = record("there", "theirs", false);
  private static final LeaseState NOTHING = new Unknown(true);

  private static Optional<LeaseRecord> record(String owner, String session, boolean released) {
    return Optional.of(new LeaseRecord(owner, session, TTL, released, "host:1"));
  }

  private static Moment at(long seconds) {
    return at(seconds, seconds);
  }

  private static Moment at(long wall, long nanos) {
    return new Moment(Instant.EPOCH.plusSeconds(wall), nanos * 1_000_000_000);
  }

  private static Waiting waiting(long epoch, Optional<LeaseRecord> other, long since) {
    return new Waiting(epoch, other, at(since));
  }

  static Stream<Arguments> decides() {
    Optional<LeaseRecord> nothing = Optional.empty();
    return Stream.of(
        arguments("none yet", NOTHING, 0, nothing, at(0), new Take(1)),
        arguments("released", NOTHING, 7, record("there", "x", true), at(0), new Take(8)),
        arguments(
            "the process before, in the same place",
            NOTHING,
            7,
            record("here", "old", false),
            at(0),
            new Take(8)),
        arguments(
            "its own, of which the answer was lost",
            NOTHING,
            7,
            record("here", "mine", false),
            at(0),
            new Take(8)),
        arguments(
            "a copy of its place took it over",
            new Held(6, at(0)),
            7,
            record("here", "copy", false),
            at(1),
            new Wait(waiting(7, record("here", "copy", false), 1))),
        arguments(
            "a copy of its place took it over, and an answer was lost",
            new Unknown(false),
            7,
            record("here", "copy", false),
            at(1),
            new Wait(waiting(7, record("here", "copy", false), 1))),
        arguments(
            "another's, just seen", NOTHING, 7, THEIRS, at(5), new Wait(waiting(7, THEIRS, 5))),
        arguments(
            "another's, not long enough",
            waiting(7, THEIRS, 5),
            7,
            THEIRS,
            at(54),
            new Wait(waiting(7, THEIRS, 5))),
        arguments("another's, long enough", waiting(7, THEIRS, 5), 7, THEIRS, at(55), new Take(8)),
        arguments(
            "another's, renewed meanwhile",
            waiting(7, THEIRS, 5),
            8,
            THEIRS,
            at(100),
            new Wait(waiting(8, THEIRS, 100))),
        arguments(
            "this clock was set forward while it waited",
            waiting(7, THEIRS, 5),
            7,
            THEIRS,
            at(5000, 20),
            new Wait(waiting(7, THEIRS, 5))),
        arguments(
            "this clock was set back while it waited",
            waiting(7, THEIRS, 5),
            7,
            THEIRS,
            at(0, 500),
            new Wait(waiting(7, THEIRS, 5))),
        arguments(
            "unreadable, just seen", NOTHING, 7, nothing, at(5), new Wait(waiting(7, nothing, 5))),
        arguments(
            "unreadable, long enough", waiting(7, nothing, 5), 7, nothing, at(55), new Take(8)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource
  void decides(
      String name,
      LeaseState state,
      long epoch,
      Optional<LeaseRecord> newest,
      Moment now,
      LeaseState.Step step) {
    assertThat(LeaseState.decide(state, ME, epoch, newest, now)).isEqualTo(step);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, true",
    "29, 29, true",
    "30, 30, false",
    "29, 31, false",
    // The machine slept: one clock stood still.
    "3600, 2, false",
    // The clock was set back: how much time has passed is not certain.
    "-1, 2, false"
  })
  void aHolderWritesForPartOfItsTime(long wall, long nanos, boolean may) {
    LeaseState held = new Held(3, at(0));
    assertThat(LeaseState.mayWrite(held, TTL, at(wall, nanos))).isEqualTo(may);
  }

  @Test
  void nobodyElseWrites() {
    assertThat(LeaseState.mayWrite(NOTHING, TTL, at(0))).isFalse();
    assertThat(LeaseState.mayWrite(waiting(1, THEIRS, 0), TTL, at(0))).isFalse();
  }

  /** The promise itself, over clocks that start anywhere and run at different rates. */
  @ParameterizedTest
  @CsvSource({"1.0, 1.0", "1.2, 1.0", "1.0, 1.2", "0.9, 1.1", "1.1, 0.9"})
  void nobodyTakesItWhileAHolderMayWrite(double holderRate, double otherRate) {
    // The other one sees the epoch at the earliest when the holder asks for it.
    for (double seen = 0; seen < 60; seen += 0.5) {
      LeaseState holder = new Held(7, clock(0, holderRate, 1000));
      Waiting other = new Waiting(7, THEIRS, clock(seen, otherRate, -5000));
      for (double now = seen; now < 120; now += 0.5) {
        boolean writes = LeaseState.mayWrite(holder, TTL, clock(now, holderRate, 1000));
        boolean takes =
            LeaseState.decide(other, ME, 7, THEIRS, clock(now, otherRate, -5000)) instanceof Take;
        assertThat(writes && takes).as("seen at %s, now %s", seen, now).isFalse();
      }
    }
  }

  private static Moment clock(double seconds, double rate, long skew) {
    long millis = (long) (seconds * rate * 1000);
    return new Moment(
        Instant.EPOCH.plusSeconds(skew).plusMillis(millis), millis * 1_000_000 - skew);
  }

  @Test
  void recordsAreReadAsWritten() {
    LeaseRecord record = THEIRS.orElseThrow();
    byte[] bytes = record.toBytes();
    assertThat(LeaseRecord.parse(bytes)).contains(record);
    assertThat(record("a", "b", true).map(LeaseRecord::toBytes).flatMap(LeaseRecord::parse))
        .isEqualTo(record("a", "b", true));
    for (int length = 0; length < bytes.length; length++) {
      byte[] torn = Arrays.copyOf(bytes, length);
      assertThat(LeaseRecord.parse(torn)).as("cut off after %s bytes", length).isEmpty();
    }
    assertThat(LeaseRecord.parse("something else".getBytes(StandardCharsets.UTF_8))).isEmpty();
  }
}
