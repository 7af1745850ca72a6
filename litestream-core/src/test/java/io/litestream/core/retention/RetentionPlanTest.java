package io.litestream.core.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream.core.position.Generation;
import io.litestream.core.position.Position;
import io.litestream.core.replica.SegmentInfo;
import io.litestream.core.replica.SnapshotInfo;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which snapshots and segments go, by hours before now; the window is 24 hours. */
class RetentionPlanTest {

  private static final Instant NOW = Instant.parse("2026-11-25T12:30:00Z");
  private static final Generation A = new Generation("aaaaaaaaaaaaaaaa");
  private static final Generation B = new Generation("bbbbbbbbbbbbbbbb");
  private static final RetentionRules DAY = RetentionRules.of(Duration.ofHours(24));

  private static Instant ago(double hours) {
    return NOW.minusMillis((long) (hours * 3_600_000));
  }

  /** A generation with a snapshot at index 0, 10, 20 ... for each of these ages. */
  private static KnownGeneration generation(
      Generation generation, double lastSegment, double... ages) {
    List<SnapshotInfo> snapshots = new ArrayList<>();
    for (int i = 0; i < ages.length; i++) {
      snapshots.add(new SnapshotInfo(generation, i * 10, 1, ago(ages[i])));
    }
    return new KnownGeneration(
        generation, snapshots, Optional.of(segment(generation, lastSegment)));
  }

  private static SegmentInfo segment(Generation generation, double age) {
    return new SegmentInfo(new Position(generation, 99, 0), 1, ago(age));
  }

  private static RetentionPlan.Part only(RetentionPlan plan) {
    assertThat(plan.parts()).hasSize(1);
    return plan.parts().get(0);
  }

  private static RetentionPlan plan(RetentionRules rules, KnownGeneration... known) {
    return RetentionPlan.compute(List.of(known), Optional.empty(), NOW, rules);
  }

  private static List<Integer> indexes(List<SnapshotInfo> snapshots) {
    return snapshots.stream().map(SnapshotInfo::index).toList();
  }

  private static boolean deletes(RetentionPlan.Part part, int index) {
    return part.deletes(new SegmentInfo(new Position(part.generation(), index, 0), 1, NOW));
  }

  @ParameterizedTest
  @CsvSource({
    // ages of the snapshots; how many of the oldest go; first index that is needed
    "'10', 0, 0",
    "'30', 0, 0",
    "'30 10', 0, 0",
    "'30 24', 1, 10",
    "'30 23.9', 0, 0",
    "'50 40 30 10 5', 2, 20",
    "'50 40 30', 2, 20",
  })
  void theNewestSnapshotAtOrBeforeTheCutoffStaysWithAllThatFollows(
      String ages, int gone, int firstNeeded) {
    double[] hours = List.of(ages.split(" ")).stream().mapToDouble(Double::parseDouble).toArray();

    RetentionPlan.Part part = only(plan(DAY, generation(A, 0, hours)));

    assertThat(part.deleted()).hasSize(gone);
    assertThat(indexes(part.kept())).first().isEqualTo(gone * 10);
    assertThat(deletes(part, firstNeeded)).isFalse();
    assertThat(deletes(part, Position.MAX_INDEX)).isFalse();
    if (firstNeeded > 0) {
      assertThat(deletes(part, firstNeeded - 1)).isTrue();
      assertThat(deletes(part, 0)).isTrue();
    }
  }

  @Test
  void theOldestSnapshotGoesFirst() {
    RetentionPlan.Part part = only(plan(DAY, generation(A, 0, 90, 80, 70, 60)));

    assertThat(indexes(part.deleted())).containsExactly(0, 10, 20);
  }

  @Test
  void aGenerationThatEndedBeforeTheWindowGoesOnceAnotherReachesBackToItsBeginning() {
    KnownGeneration old = generation(A, 30, 60, 50);

    RetentionPlan young = plan(DAY, old, generation(B, 0, 20));
    RetentionPlan older = plan(DAY, old, generation(B, 0, 25));

    assertThat(indexes(young.parts().get(0).kept())).containsExactly(10);
    assertThat(older.parts().get(0).isWhole()).isTrue();
    assertThat(older.parts().get(1).deleted()).isEmpty();
  }

  @Test
  void aGenerationThatEndedInsideTheWindowStaysFromTheCutoffOn() {
    RetentionPlan plan = plan(DAY, generation(A, 23, 60, 50, 30, 26), generation(B, 0, 22));

    assertThat(indexes(plan.parts().get(0).kept())).containsExactly(30);
    assertThat(indexes(plan.parts().get(1).kept())).containsExactly(0);
  }

  @Test
  void theLastGenerationThatCanBeRestoredStaysHoweverOldItIs() {
    RetentionPlan plan = plan(DAY, generation(A, 900, 990, 950), generation(B, 800, 890, 850));

    assertThat(plan.parts().get(0).isWhole()).isTrue();
    assertThat(indexes(plan.parts().get(1).kept())).containsExactly(10);
  }

  @Test
  void aNewGenerationWithoutASnapshotDoesNotReplaceTheOldOne() {
    KnownGeneration old = generation(A, 30, 60);

    RetentionPlan plan =
        RetentionPlan.compute(List.of(old, generation(B, 0)), Optional.of(B), NOW, DAY);

    assertThat(indexes(plan.parts().get(0).kept())).containsExactly(0);
    assertThat(plan.parts().get(1).unneeded().isEmpty()).isTrue();
  }

  @Test
  void segmentsWithoutASnapshotGoWhenNoneCanComeAnyMore() {
    KnownGeneration stale = generation(A, 30);
    KnownGeneration fresh = generation(B, 20);

    RetentionPlan plan = plan(DAY, stale, fresh);

    assertThat(plan.parts().get(0).isWhole()).isTrue();
    assertThat(plan.parts().get(1).unneeded().isEmpty()).isTrue();
    assertThat(
            RetentionPlan.compute(List.of(stale), Optional.of(A), NOW, DAY)
                .parts()
                .get(0)
                .unneeded()
                .isEmpty())
        .isTrue();
  }

  @Test
  void segmentsBeforeTheFirstSnapshotGo() {
    KnownGeneration known =
        new KnownGeneration(
            A, List.of(new SnapshotInfo(A, 5, 1, ago(3))), Optional.of(segment(A, 0)));

    RetentionPlan.Part part = only(plan(DAY, known));

    assertThat(deletes(part, 4)).isTrue();
    assertThat(deletes(part, 5)).isFalse();
  }

  @Test
  void withoutRetentionNothingGoes() {
    assertThat(plan(RetentionRules.NONE, generation(A, 900, 990, 950)).parts()).isEmpty();
  }

  @Test
  void aKeptSnapshotStaysWithTheSegmentsThatCompleteIt() {
    RetentionRules rules = new RetentionRules(Optional.of(Duration.ofHours(24)), 0, 3, 0, 0);

    // Now is 12:30: the last snapshots of the three days before, and the one before the cutoff.
    RetentionPlan.Part part = only(plan(rules, generation(A, 0, 70, 65, 62, 44, 40, 38, 30, 20)));

    assertThat(indexes(part.kept())).containsExactly(20, 50, 60, 70);
    assertThat(deletes(part, 50)).isFalse();
    assertThat(deletes(part, 49)).isTrue();
    assertThat(deletes(part, 51)).isTrue();
    assertThat(deletes(part, 59)).isTrue();
    assertThat(deletes(part, 60)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    // hourly, daily, weekly, monthly; indexes kept of one snapshot every 12 hours for 100 days
    "0, 0, 0, 0, 3",
    "5, 0, 0, 0, 5",
    "0, 5, 0, 0, 6",
    "0, 0, 3, 0, 5",
    "0, 0, 0, 3, 5",
    "4, 4, 4, 3, 10",
  })
  void asManyPeriodsAreKeptAsAreAskedFor(int hourly, int daily, int weekly, int monthly, int kept) {
    double[] ages = new double[200];
    for (int i = 0; i < ages.length; i++) {
      ages[i] = (ages.length - 1 - i) * 12 + 0.1;
    }
    RetentionRules rules =
        new RetentionRules(Optional.of(Duration.ofHours(24)), hourly, daily, weekly, monthly);

    assertThat(only(plan(rules, generation(A, 0, ages))).kept()).hasSize(kept);
  }

  @Test
  void weeksBeginOnMonday() {
    RetentionRules rules = new RetentionRules(Optional.of(Duration.ofHours(1)), 0, 0, 2, 0);
    List<SnapshotInfo> snapshots = new ArrayList<>();
    for (String day : List.of("11-20", "11-21", "11-22", "11-23", "11-24", "11-25")) {
      snapshots.add(
          new SnapshotInfo(A, snapshots.size(), 1, Instant.parse("2026-" + day + "T10:00:00Z")));
    }

    RetentionPlan.Part part =
        only(plan(rules, new KnownGeneration(A, snapshots, Optional.empty())));

    assertThat(indexes(part.kept())).containsExactly(2, 5); // Sunday 22nd, Wednesday 25th
  }

  @Test
  void periodsCountAcrossGenerations() {
    RetentionRules rules = new RetentionRules(Optional.of(Duration.ofHours(24)), 0, 3, 0, 0);

    RetentionPlan plan = plan(rules, generation(A, 61, 90, 70, 62), generation(B, 0, 50, 38, 30));

    assertThat(indexes(plan.parts().get(0).kept())).containsExactly(20);
    assertThat(deletes(plan.parts().get(0), 20)).isFalse();
    assertThat(deletes(plan.parts().get(0), 21)).isTrue();
  }

  @Test
  void whatCannotBeDeletedStaysWhole() {
    RetentionPlan.Part part = only(plan(DAY, generation(A, 0, 90, 80, 70)));
    SnapshotInfo locked = part.deleted().get(1);

    RetentionPlan.Part rest = part.keeping(Set.of(locked.key()));

    assertThat(indexes(rest.deleted())).containsExactly(0);
    assertThat(deletes(rest, 10)).isFalse();
    assertThat(deletes(rest, 9)).isTrue();
    assertThat(deletes(rest, 11)).isTrue();
  }

  @Test
  void refusesRulesThatMakeNoSense() {
    assertThatThrownBy(() -> RetentionRules.of(Duration.ZERO)).hasMessageContaining("longer");
    assertThatThrownBy(() -> new RetentionRules(Optional.empty(), 1, 0, 0, 0))
        .hasMessageContaining("everything is kept");
    assertThatThrownBy(() -> new RetentionRules(Optional.empty(), -1, 0, 0, 0))
        .hasMessageContaining("negative");
  }
}
