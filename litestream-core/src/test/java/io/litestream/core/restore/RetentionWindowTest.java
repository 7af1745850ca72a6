package io.litestream.core.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream.core.position.Generation;
import io.litestream.core.position.Position;
import io.litestream.core.replica.FixedStore;
import io.litestream.core.replica.ReplicaReader;
import io.litestream.core.replica.SegmentInfo;
import io.litestream.core.replica.SnapshotInfo;
import io.litestream.core.retention.KnownGeneration;
import io.litestream.core.retention.RetentionPlan;
import io.litestream.core.retention.RetentionRules;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What retention promises, judged by what a restore chooses: random histories, every cut through
 * the deletes, moments all over the window.
 */
class RetentionWindowTest {

  private static final ReplicaReader READER = new ReplicaReader("file", new FixedStore());
  private static final Path OUTPUT = Path.of("/no/such/directory/out.db");
  private static final Instant START = Instant.parse("2026-02-26T00:00:00Z");

  /** A history of one replica, as a listing would show it. */
  private static final class History {
    final List<SnapshotInfo> snapshots = new ArrayList<>();
    final List<SegmentInfo> segments = new ArrayList<>();
    final Random random;
    Instant now = START;

    History(long seed) {
      random = new Random(seed);
      int generations = 1 + random.nextInt(4);
      for (int i = 0; i < generations; i++) {
        generation(Generation.of(random.nextLong()));
        pass(random.nextInt(600));
      }
    }

    private void pass(int minutes) {
      now = now.plusSeconds(60L * minutes + random.nextInt(60));
    }

    private void generation(Generation generation) {
      boolean bare = random.nextInt(10) == 0; // died before its first snapshot
      int indexes = 1 + random.nextInt(8);
      for (int index = 0; index < indexes; index++) {
        boolean snapshot = !bare && (index == 0 || random.nextInt(3) == 0);
        int count = 1 + random.nextInt(4);
        int before = random.nextInt(count + 1);
        for (int i = 0; i < count; i++) {
          if (snapshot && i == before) {
            snapshots.add(new SnapshotInfo(generation, index, 100, now));
            pass(random.nextInt(60));
          }
          segments.add(new SegmentInfo(new Position(generation, index, i * 4152L), 10, now));
          pass(random.nextInt(120));
        }
      }
    }

    List<Generation> generations() {
      return segments.stream().map(s -> s.start().generation()).distinct().toList();
    }

    List<KnownGeneration> known(Set<String> gone) {
      List<KnownGeneration> known = new ArrayList<>();
      for (Generation generation : generations()) {
        List<SegmentInfo> left = segmentsOf(generation, gone);
        List<SnapshotInfo> snapshotsLeft = snapshotsOf(generation, gone);
        if (!left.isEmpty() || !snapshotsLeft.isEmpty()) {
          known.add(
              new KnownGeneration(
                  generation,
                  snapshotsLeft,
                  left.stream().max(Comparator.comparing(SegmentInfo::createdAt))));
        }
      }
      return known;
    }

    List<SegmentInfo> segmentsOf(Generation generation, Set<String> gone) {
      return segments.stream()
          .filter(s -> s.start().generation().equals(generation) && !gone.contains(s.key()))
          .toList();
    }

    List<SnapshotInfo> snapshotsOf(Generation generation, Set<String> gone) {
      return snapshots.stream()
          .filter(s -> s.generation().equals(generation) && !gone.contains(s.key()))
          .toList();
    }

    /** The keys that a plan deletes: first the snapshots, then the segments. */
    List<String> snapshotKeys(RetentionPlan plan) {
      return plan.parts().stream()
          .flatMap(part -> part.deleted().stream())
          .map(SnapshotInfo::key)
          .toList();
    }

    List<String> segmentKeys(RetentionPlan plan) {
      List<String> keys = new ArrayList<>();
      for (RetentionPlan.Part part : plan.parts()) {
        segmentsOf(part.generation(), Set.of()).stream()
            .filter(part::deletes)
            .forEach(segment -> keys.add(segment.key()));
      }
      return keys;
    }

    /** What a restore reads, or why there is nothing to read. */
    String restored(Optional<Generation> generation, Optional<Instant> time, Set<String> gone) {
      List<Candidate> candidates = new ArrayList<>();
      RestoreRequest request =
          new RestoreRequest(OUTPUT, generation, OptionalInt.empty(), time, 1, IntegrityCheck.AUTO);
      for (Generation each : generation.map(List::of).orElse(generations())) {
        List<SnapshotInfo> there = snapshotsOf(each, gone);
        if (!there.isEmpty()) {
          int from = Candidate.base(there, request).orElse(there.get(there.size() - 1)).index();
          candidates.add(
              new Candidate(
                  READER,
                  there,
                  segmentsOf(each, gone).stream().filter(s -> s.start().index() >= from).toList()));
        }
      }
      if (candidates.isEmpty()) {
        return "nothing";
      }
      try {
        RestorePlan plan = RestorePlan.compute(candidates, request);
        return plan.snapshot().key() + plan.segments().stream().map(SegmentInfo::key).toList();
      } catch (RestoreException e) {
        return "nothing";
      }
    }

    /** Moments at which, and right before which, something changes; and the ends of the window. */
    List<Instant> moments(Instant from, Instant to) {
      List<Instant> moments = new ArrayList<>(List.of(from, to));
      for (SnapshotInfo snapshot : snapshots) {
        moments.add(snapshot.createdAt());
        moments.add(snapshot.createdAt().minusNanos(1));
      }
      for (SegmentInfo segment : segments) {
        moments.add(segment.createdAt());
        moments.add(segment.createdAt().minusNanos(1));
      }
      moments.removeIf(moment -> moment.isBefore(from) || moment.isAfter(to));
      return moments;
    }
  }

  private static RetentionRules rules(Random random) {
    return new RetentionRules(
        Optional.of(Duration.ofMinutes(30 + random.nextInt(60 * 30))),
        random.nextInt(2) * random.nextInt(6),
        random.nextInt(2) * random.nextInt(4),
        random.nextInt(2) * random.nextInt(3),
        random.nextInt(2) * random.nextInt(3));
  }

  static List<Long> seeds() {
    List<Long> seeds = new ArrayList<>();
    for (long seed = 1; seed <= 80; seed++) {
      seeds.add(seed);
    }
    return seeds;
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void whereverAPassIsCutEveryMomentOfTheWindowRestoresAsBefore(long seed) {
    History history = new History(seed);
    Random random = history.random;
    Instant now = history.now.plusSeconds(random.nextInt(100_000));
    RetentionRules rules = rules(random);
    Optional<Generation> current =
        random.nextBoolean()
            ? Optional.of(history.generations().get(history.generations().size() - 1))
            : Optional.empty();
    RetentionPlan plan = RetentionPlan.compute(history.known(Set.of()), current, now, rules);
    Instant cutoff = now.minus(rules.window().orElseThrow());

    for (Set<String> gone : cuts(history, plan, random)) {
      assertThat(history.restored(Optional.empty(), Optional.empty(), gone))
          .as("the latest state, without %s", gone)
          .isEqualTo(history.restored(Optional.empty(), Optional.empty(), Set.of()));
      for (Instant moment : history.moments(cutoff, now)) {
        assertThat(history.restored(Optional.empty(), Optional.of(moment), gone))
            .as("at %s, cutoff %s, without %s", moment, cutoff, gone)
            .isEqualTo(history.restored(Optional.empty(), Optional.of(moment), Set.of()));
      }
      for (RetentionPlan.Part part : plan.parts()) {
        for (SnapshotInfo kept : part.kept()) {
          assertThat(whole(history, kept, gone))
              .as("%s, without %s", kept, gone)
              .isEqualTo(whole(history, kept, Set.of()));
        }
      }
    }
  }

  /** What is restored of a snapshot at the moment at which it became visible. */
  private static String whole(History history, SnapshotInfo snapshot, Set<String> gone) {
    return history.restored(
        Optional.of(snapshot.generation()), Optional.of(snapshot.createdAt()), gone);
  }

  /**
   * What may be gone when a pass is interrupted: any of the snapshots; or all of them, and any of
   * the segments. The store may take the keys of a request in any order, and refuse any of them.
   */
  private static List<Set<String>> cuts(History history, RetentionPlan plan, Random random) {
    List<Set<String>> cuts = new ArrayList<>();
    List<String> snapshots = new ArrayList<>(history.snapshotKeys(plan));
    for (int cut = 0; cut <= snapshots.size(); cut++) {
      cuts.add(new HashSet<>(snapshots.subList(0, cut)));
    }
    List<String> segments = new ArrayList<>(history.segmentKeys(plan));
    for (int cut = 0; cut <= segments.size(); cut++) {
      Set<String> gone = new HashSet<>(snapshots);
      gone.addAll(segments.subList(0, cut));
      cuts.add(gone);
    }
    for (int i = 0; i < 5; i++) {
      Collections.shuffle(snapshots, random);
      Collections.shuffle(segments, random);
      cuts.add(new HashSet<>(snapshots.subList(0, random.nextInt(snapshots.size() + 1))));
      Set<String> gone = new HashSet<>(snapshots);
      gone.addAll(segments.subList(0, random.nextInt(segments.size() + 1)));
      cuts.add(gone);
    }
    return cuts;
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void aPassAfterAnInterruptedOneEndsWhereThatWouldHaveEnded(long seed) {
    History history = new History(seed);
    Random random = history.random;
    Instant now = history.now.plusSeconds(random.nextInt(100_000));
    RetentionRules rules = rules(random);
    RetentionPlan plan =
        RetentionPlan.compute(history.known(Set.of()), Optional.empty(), now, rules);
    Set<String> all = new HashSet<>(history.snapshotKeys(plan));
    all.addAll(history.segmentKeys(plan));

    for (Set<String> gone : cuts(history, plan, random)) {
      RetentionPlan rest = RetentionPlan.compute(history.known(gone), Optional.empty(), now, rules);
      Set<String> then = new HashSet<>(gone);
      then.addAll(history.snapshotKeys(rest));
      then.addAll(history.segmentKeys(rest));
      assertThat(then).as("after %s", gone).isEqualTo(all);
    }
  }

  @Test
  void passAfterPassTheWindowRestoresAndTheReplicaStaysBounded() {
    History history = new History(0);
    history.snapshots.clear();
    history.segments.clear();
    Generation generation = Generation.of(1);
    RetentionRules rules = new RetentionRules(Optional.of(Duration.ofHours(6)), 0, 3, 0, 0);
    Set<String> gone = new HashSet<>();
    int mostSnapshots = 0;
    for (int hour = 0; hour < 24 * 12; hour++) {
      Instant now = START.plus(Duration.ofHours(hour));
      history.segments.add(new SegmentInfo(new Position(generation, hour, 0), 10, now));
      if (hour % 2 == 0) {
        history.snapshots.add(new SnapshotInfo(generation, hour, 100, now.plusSeconds(60)));
      }
      Instant then = now.plusSeconds(120);
      RetentionPlan plan =
          RetentionPlan.compute(history.known(gone), Optional.of(generation), then, rules);
      gone.addAll(history.snapshotKeys(plan));
      gone.addAll(history.segmentKeys(plan));
      for (Instant moment : history.moments(then.minus(Duration.ofHours(6)), then)) {
        assertThat(history.restored(Optional.empty(), Optional.of(moment), gone))
            .as("at %s", moment)
            .isEqualTo(history.restored(Optional.empty(), Optional.of(moment), Set.of()));
      }
      mostSnapshots = Math.max(mostSnapshots, history.snapshotsOf(generation, gone).size());
    }
    // Three in the window, one at or before its beginning, and the last of each of two days before.
    assertThat(mostSnapshots).isEqualTo(4 + 2);
    assertThat(history.segmentsOf(generation, gone)).hasSizeLessThanOrEqualTo(8 + 2);
  }
}
