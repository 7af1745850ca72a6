package io.litestream.core.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream.core.position.Generation;
import io.litestream.core.position.Position;
import io.litestream.core.replica.FixedStore;
import io.litestream.core.replica.ReplicaReader;
import io.litestream.core.replica.SegmentInfo;
import io.litestream.core.replica.SnapshotInfo;
import io.litestream.core.restore.RestoreException.Kind;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RestorePlanTest {

  private static final Generation A = new Generation("aaaaaaaaaaaaaaaa");
  private static final Generation B = new Generation("bbbbbbbbbbbbbbbb");
  private static final Instant ZERO = Instant.parse("2026-11-23T00:00:00Z");
  private static final ReplicaReader FILE = new ReplicaReader("file", new FixedStore());
  private static final ReplicaReader S3 = new ReplicaReader("s3", new FixedStore());
  private static final Pattern SNAPSHOT = Pattern.compile("S(\\d+)@(\\d+)");
  private static final Pattern SEGMENT = Pattern.compile("(\\d+):(\\d+)@(\\d+)");

  /** Such as "S0@0 0:0@1 0:100@2": a snapshot of index 0 at second 0, segments at 1 and 2. */
  private static Candidate candidate(
      ReplicaReader reader, Generation generation, String objects, RestoreRequest request) {
    List<SnapshotInfo> snapshots = new ArrayList<>();
    List<SegmentInfo> segments = new ArrayList<>();
    for (String object : objects.split(" ", -1)) {
      Matcher snapshot = SNAPSHOT.matcher(object);
      Matcher segment = SEGMENT.matcher(object);
      if (snapshot.matches()) {
        snapshots.add(
            new SnapshotInfo(
                generation, Integer.parseInt(snapshot.group(1)), 1000, at(snapshot.group(2))));
      } else if (segment.matches()) {
        Position start =
            new Position(
                generation, Integer.parseInt(segment.group(1)), Long.parseLong(segment.group(2)));
        segments.add(new SegmentInfo(start, 10, at(segment.group(3))));
      } else {
        throw new IllegalArgumentException(object);
      }
    }
    snapshots.sort(Comparator.comparingInt(SnapshotInfo::index));
    int from =
        Candidate.base(snapshots, request).orElse(snapshots.get(snapshots.size() - 1)).index();
    segments.removeIf(segment -> segment.start().index() < from);
    return new Candidate(reader, snapshots, segments);
  }

  private static Instant at(String seconds) {
    return ZERO.plusSeconds(Long.parseLong(seconds));
  }

  private static RestoreRequest request(String index, String time) {
    return new RestoreRequest(
        Path.of("out.db"),
        Optional.empty(),
        index.equals("-") ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(index)),
        time.equals("-") ? Optional.empty() : Optional.of(at(time)),
        8,
        IntegrityCheck.AUTO);
  }

  private static String text(RestorePlan plan) {
    StringBuilder text = new StringBuilder("S" + plan.snapshot().index());
    for (SegmentInfo segment : plan.segments()) {
      text.append(" %d:%d".formatted(segment.start().index(), segment.start().offset()));
    }
    return text + (plan.followed() ? " followed" : "") + (plan.cut() ? " cut" : "");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # objects                                  | index | time | plan
          S0@0                                       | -     | -    | S0
          S0@0 0:0@1 0:100@2                         | -     | -    | S0 0:0 0:100
          S0@0 0:0@1 1:0@2 2:0@3 2:50@4              | -     | -    | S0 0:0 1:0 2:0 2:50
          S0@0 0:0@1 1:0@2 S2@3 2:0@3 2:50@4         | -     | -    | S2 2:0 2:50
          S0@0 0:0@1 1:0@2 S2@3 2:0@3 2:50@4         | 1     | -    | S0 0:0 1:0 followed
          S0@0 0:0@1 1:0@2 S2@3 2:0@3 2:50@4         | 2     | -    | S2 2:0 2:50
          S0@0 0:0@1 1:0@2 S2@3 2:0@3 3:0@4          | 2     | -    | S2 2:0 followed
          S0@0 0:0@1 1:0@2 S2@3 2:0@3 2:50@4         | -     | 2    | S0 0:0 1:0 followed
          S0@0 0:0@1 1:0@2 S2@3 2:0@3 2:50@4         | -     | 3    | S2 2:0 cut
          S0@0 0:0@1 0:90@2 0:99@3                   | -     | 2    | S0 0:0 0:90 cut
          S0@0 0:0@1 0:90@2 0:99@3                   | -     | 0    | S0 cut
          S0@0 0:0@1 0:90@2 0:99@3                   | -     | 9    | S0 0:0 0:90 0:99
          # times out of order: the first that is later ends it
          S0@0 0:0@1 0:90@5 0:99@3                   | -     | 4    | S0 0:0 cut
          # an index with a gap after the asked-for end does not matter
          S0@0 0:0@1 1:0@2 3:0@3                     | 1     | -    | S0 0:0 1:0 followed
          S0@0 0:0@1 1:0@2 3:0@3                     | -     | 2    | S0 0:0 1:0 followed
          """)
  void takesWhatIsWanted(String objects, String index, String time, String expected)
      throws RestoreException {
    RestoreRequest request = request(index, time);

    RestorePlan plan = RestorePlan.compute(List.of(candidate(FILE, A, objects, request)), request);

    assertThat(text(plan)).isEqualTo(expected);
    assertThat(plan.totalBytes()).isEqualTo(1000 + 10L * plan.segments().size());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          S0@0 0:0@1 2:0@2      | -  | - | DAMAGED        | no segment of index 00000001
          S0@0 0:0@1 2:0@2      | 1  | - | DAMAGED        | no segment of index 00000001
          S0@0 0:0@1 2:0@2      | 2  | - | DAMAGED        | -index 00000000 restores
          S0@0 1:0@1            | -  | - | DAMAGED        | no segment of index 00000000
          S0@0 1:0@1            | 0  | - | DAMAGED        | no segment of index 00000000
          S0@0 0:0@0 S2@1 3:0@1 | -  | - | DAMAGED        | -index 00000001 restores
          S0@0 0:32@1           | -  | - | DAMAGED        | 00000000_00000020.wal.lz4 is the first
          S0@0 0:0@1 1:32@1     | -  | - | DAMAGED        | 00000001_00000020.wal.lz4 is the first
          S0@0 0:0@1            | 1  | - | NOT_RESTORABLE | ends at index 00000000
          S0@0                  | 7  | - | NOT_RESTORABLE | ends at index 00000000
          S2@0 2:0@1            | 1  | - | NOT_RESTORABLE | the first is 00000002 of generation
          S2@5 2:0@6            | -  | 4 | NOT_RESTORABLE | is from 2026-11-23T00:00:05Z
          """)
  void refusesWhatIsNotThere(String objects, String index, String time, Kind kind, String message) {
    RestoreRequest request = request(index, time);

    assertThatThrownBy(
            () -> RestorePlan.compute(List.of(candidate(FILE, A, objects, request)), request))
        .hasMessageContaining(message)
        .isInstanceOfSatisfying(RestoreException.class, e -> assertThat(e.kind()).isEqualTo(kind));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # generation A               | generation B      | time | chosen
          S0@0 0:0@1                   | S0@5 0:0@6        | -    | B
          S0@0 0:0@9                   | S0@5 0:0@6        | -    | A
          S0@9 0:0@1                   | S0@5 0:0@6        | -    | A
          # a time within one of them
          S0@0 0:0@3                   | S0@5 0:0@6        | 2    | A
          S0@0 0:0@3                   | S0@5 0:0@6        | 5    | B
          # a time between them: the last state before it
          S0@0 0:0@3                   | S0@5 0:0@6        | 4    | A
          # a time after both
          S0@0 0:0@3                   | S0@5 0:0@6        | 9    | B
          # a time within both: the one that was updated later
          S0@0 0:0@9                   | S0@5 0:0@7        | 6    | A
          # both end in the same second: the younger one
          S0@0 0:0@5                   | S0@5 0:0@5        | -    | B
          S0@5 0:0@5                   | S0@0 0:0@5        | -    | A
          S0@0 0:0@5                   | S0@5              | 9    | B
          """)
  void choosesTheGeneration(String a, String b, String time, String chosen)
      throws RestoreException {
    RestoreRequest request = request("-", time);

    RestorePlan plan =
        RestorePlan.compute(
            List.of(candidate(FILE, A, a, request), candidate(FILE, B, b, request)), request);

    assertThat(plan.generation()).isEqualTo(chosen.equals("A") ? A : B);
  }

  @Test
  void doesNotLookForAnIndexInAnOlderGeneration() {
    RestoreRequest request = request("1", "-");
    List<Candidate> candidates =
        List.of(
            candidate(FILE, A, "S0@0 0:0@1 1:0@2", request),
            candidate(FILE, B, "S0@1 S3@3 3:0@4", request));
    List<Candidate> reachingBack =
        List.of(candidates.get(0), candidate(FILE, B, "S3@1 3:0@4", request));

    assertThatThrownBy(() -> RestorePlan.compute(candidates, request))
        .hasMessageContaining("generations/" + B);
    assertThatThrownBy(() -> RestorePlan.compute(reachingBack, request))
        .hasMessageContaining("the first is 00000003 of generation " + B);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # in file               | in s3                     | index | chosen
          S0@0 0:0@1              | S0@0 0:0@1                | -     | file
          S0@0 0:0@1              | S0@0 0:0@1 0:50@2         | -     | s3
          # the clock of one store is ahead: the WAL counts
          S0@90 0:0@91            | S0@0 0:0@1 0:50@2         | -     | s3
          S0@90 0:0@91 0:50@92    | S0@0 0:0@1 1:0@2          | -     | s3
          # one of them does not reach back
          S0@0 0:0@1 1:0@2        | S1@0 1:0@2 2:0@3          | 0     | file
          """)
  void choosesTheReplica(String inFile, String inS3, String index, String chosen)
      throws RestoreException {
    RestoreRequest request = request(index, "-");

    RestorePlan plan =
        RestorePlan.compute(
            List.of(candidate(FILE, A, inFile, request), candidate(S3, A, inS3, request)), request);

    assertThat(plan.replica().name()).isEqualTo(chosen);
  }

  @Test
  void refusesAnIndexAndATimeTogether() {
    assertThatThrownBy(() -> request("1", "1")).isInstanceOf(IllegalArgumentException.class);
  }
}
