package io.litestream.core.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream.core.layout.ReplicaLayout;
import io.litestream.core.position.Generation;
import io.litestream.core.position.Position;
import io.litestream.core.replica.ReplicaReader;
import io.litestream.core.restore.IntegrityCheck;
import io.litestream.core.restore.RestorePlan;
import io.litestream.core.restore.RestoreRequest;
import io.litestream.core.restore.Restorer;
import io.litestream.spi.DeleteReport.Failure;
import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaException.Kind;
import io.litestream.testkit.InMemoryStore;
import io.litestream.testkit.StoreOperation;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Passes over a store with two generations, of which the first has ended before the window. */
class RetentionPassTest {

  private static final Generation OLD = new Generation("aaaaaaaaaaaaaaaa");
  private static final Generation CURRENT = new Generation("bbbbbbbbbbbbbbbb");
  private static final Instant START = Instant.parse("2026-11-23T00:00:00Z");
  private static final Instant NOW = START.plus(Duration.ofDays(2));
  private static final RetentionRules DAY = RetentionRules.of(Duration.ofHours(24));

  private final InMemoryStore store = new InMemoryStore();
  private Instant time = START;

  @BeforeEach
  void fill() {
    store.clock(() -> time);
    generation(OLD, 4, Duration.ofMinutes(30));
    generation(CURRENT, 10, Duration.ofHours(4));
    // Others' objects, which are none of ours.
    store.put("generations/" + OLD + "/wal/notes.txt", new byte[1]);
    store.put("generations/" + CURRENT + "/snapshots/0000.snapshot.lz4", new byte[1]);
  }

  /** A snapshot for each second index, three segments for each. */
  private void generation(Generation generation, int indexes, Duration step) {
    for (int index = 0; index < indexes; index++) {
      for (int i = 0; i < 3; i++) {
        store.put(
            ReplicaLayout.segmentKey(new Position(generation, index, i * 4152L)), new byte[9]);
        time = time.plusSeconds(60);
      }
      if (index % 2 == 0) {
        store.put(ReplicaLayout.snapshotKey(generation, index), new byte[100]);
      }
      time = time.plus(step);
    }
  }

  private RetentionPass pass(boolean verify) throws Exception {
    KnownReplica known = new KnownReplica(new ReplicaReader("r", store));
    known.survey(Optional.empty());
    return new RetentionPass(known, store, DAY, verify);
  }

  private DeleteResult run(RetentionPass pass) throws Exception {
    return pass.run(Optional.of(CURRENT), NOW, Set.of());
  }

  private static String restored(InMemoryStore store, Instant moment) throws Exception {
    RestoreRequest request =
        new RestoreRequest(
            Path.of("/no/such/out.db"),
            Optional.empty(),
            OptionalInt.empty(),
            Optional.of(moment),
            1,
            IntegrityCheck.AUTO);
    RestorePlan plan = Restorer.plan(List.of(new ReplicaReader("r", store)), request);
    return plan.snapshot().key() + plan.segments();
  }

  private static InMemoryStore copyOf(InMemoryStore store, Map<String, Instant> times) {
    InMemoryStore copy = new InMemoryStore();
    store
        .objects()
        .forEach((key, bytes) -> copy.clock(() -> times.getOrDefault(key, START)).put(key, bytes));
    return copy;
  }

  @Test
  void deletesWhatThePlanSaysAndNothingElse() throws Exception {
    DeleteResult result = run(pass(false));

    // The current generation began 2:12 hours after START; index 4 is from 18:26, index 6 from
    // 26:32.
    assertThat(store.objects().keySet().stream().filter(key -> key.contains("/snapshots/")))
        .containsExactly(
            "generations/bbbbbbbbbbbbbbbb/snapshots/0000.snapshot.lz4",
            ReplicaLayout.snapshotKey(CURRENT, 4),
            ReplicaLayout.snapshotKey(CURRENT, 6),
            ReplicaLayout.snapshotKey(CURRENT, 8));
    assertThat(store.objects().keySet().stream().filter(key -> key.contains("/wal/")))
        .contains("generations/aaaaaaaaaaaaaaaa/wal/notes.txt")
        .hasSize(1 + 6 * 3)
        .doesNotContain(ReplicaLayout.segmentKey(new Position(CURRENT, 3, 8304)));
    assertThat(result).isEqualTo(new DeleteResult(4, 12 + 12, 4 * 100 + 24 * 9, List.of(), true));
  }

  @Test
  void asksForNoMoreListingsThanTheObjectsNeed() throws Exception {
    RetentionPass pass = pass(false);
    long before = store.requests(StoreOperation.LIST);
    run(pass);
    long first = store.requests(StoreOperation.LIST) - before;
    run(pass);
    long second = store.requests(StoreOperation.LIST) - before - first;

    // Snapshots, and of the old generation the end, once more; the segments of each.
    assertThat(first).isEqualTo(3 + 2);
    assertThat(second).isZero();
    assertThat(store.requests(StoreOperation.DELETE)).isEqualTo(3);
  }

  @Test
  void twoHoursOfHistoryAreDeletedPageByPage() throws Exception {
    InMemoryStore large = new InMemoryStore().clock(() -> time);
    time = START;
    large.put(ReplicaLayout.snapshotKey(CURRENT, 0), new byte[1]);
    for (int i = 0; i < 7_200; i++) {
      large.put(ReplicaLayout.segmentKey(new Position(CURRENT, i / 100, i % 100)), new byte[1]);
    }
    large.put(ReplicaLayout.snapshotKey(CURRENT, 72), new byte[1]);
    KnownReplica known = new KnownReplica(new ReplicaReader("r", large));
    known.survey(Optional.empty());
    long surveyed = large.requests(StoreOperation.LIST);

    DeleteResult result =
        new RetentionPass(known, large, DAY, false).run(Optional.of(CURRENT), NOW, Set.of());

    assertThat(result.segments()).isEqualTo(7_200);
    assertThat(surveyed).isEqualTo(3);
    assertThat(large.requests(StoreOperation.LIST) - surveyed).isEqualTo(1 + 8);
    assertThat(large.requests(StoreOperation.DELETE)).isEqualTo(1 + 8);
  }

  @Test
  void interruptedAtAnyDeleteTheWindowRestoresAndTheNextPassFinishes() throws Exception {
    Map<String, Instant> times = new HashMap<>();
    new ReplicaReader("r", store)
        .segments(OLD)
        .forEach(segment -> times.put(segment.key(), segment.createdAt()));
    new ReplicaReader("r", store)
        .segments(CURRENT)
        .forEach(segment -> times.put(segment.key(), segment.createdAt()));
    for (Generation generation : List.of(OLD, CURRENT)) {
      new ReplicaReader("r", store)
          .snapshots(generation)
          .forEach(snapshot -> times.put(snapshot.key(), snapshot.createdAt()));
    }
    InMemoryStore whole = copyOf(store, times);
    run(pass(false));
    Set<String> finished = store.objects().keySet();

    for (int cut = 0; cut <= 28; cut++) {
      InMemoryStore killed = copyOf(whole, times);
      AtomicInteger deletes = new AtomicInteger();
      int last = cut;
      killed.failWhen(
          call -> call.operation() == StoreOperation.DELETE && deletes.incrementAndGet() > last,
          Kind.UNAVAILABLE);
      KnownReplica known = new KnownReplica(new ReplicaReader("r", killed));
      known.survey(Optional.empty());
      new RetentionPass(known, killed, DAY, false).run(Optional.of(CURRENT), NOW, Set.of());

      assertThat(whole.objects().size() - killed.objects().size())
          .as("cut %s", cut)
          .isLessThanOrEqualTo(cut);
      assertEachIndexHasItsBeginning(killed, cut);
      for (Instant moment = NOW.minus(Duration.ofHours(24));
          moment.isBefore(NOW);
          moment = moment.plusSeconds(600)) {
        assertThat(restored(killed, moment))
            .as("cut %s, moment %s", cut, moment)
            .isEqualTo(restored(whole, moment));
      }
      killed.heal();
      KnownReplica again = new KnownReplica(new ReplicaReader("r", killed));
      again.survey(Optional.empty());
      new RetentionPass(again, killed, DAY, false).run(Optional.of(CURRENT), NOW, Set.of());
      assertThat(killed.objects().keySet()).as("cut %s", cut).isEqualTo(finished);
    }
  }

  /** Else Litestream v0.3 restores nothing of the generation. */
  private static void assertEachIndexHasItsBeginning(InMemoryStore store, int cut) {
    Set<String> keys = store.objects().keySet();
    Set<String> beginnings =
        keys.stream()
            .filter(key -> key.endsWith(".wal.lz4"))
            .map(key -> key.replaceFirst("_[0-9a-f]+\\.", "_00000000."))
            .collect(Collectors.toSet());
    beginnings.removeAll(keys);
    assertThat(beginnings).as("missing, cut %s", cut).isEmpty();
  }

  @Test
  void anIndexOfSeveralPagesKeepsItsBeginningUntilTheRestIsGone() throws Exception {
    int segments = 2_500;
    InMemoryStore whole = new InMemoryStore().clock(() -> START);
    whole.put(ReplicaLayout.snapshotKey(CURRENT, 0), new byte[1]);
    for (int i = 0; i < segments; i++) {
      whole.put(ReplicaLayout.segmentKey(new Position(CURRENT, 0, i * 8L)), new byte[1]);
    }
    whole.put(ReplicaLayout.snapshotKey(CURRENT, 1), new byte[1]);
    for (int cut : List.of(1, 2, 500, 999, 1000, 1001, 1999, 2000, 2001, 2499, 2500, 2501)) {
      InMemoryStore killed = copyOf(whole, Map.of());
      AtomicInteger deletes = new AtomicInteger();
      killed.failWhen(
          call -> call.operation() == StoreOperation.DELETE && deletes.incrementAndGet() > cut,
          Kind.UNAVAILABLE);
      KnownReplica known = new KnownReplica(new ReplicaReader("r", killed));
      known.survey(Optional.empty());
      new RetentionPass(known, killed, DAY, false).run(Optional.of(CURRENT), NOW, Set.of());

      assertEachIndexHasItsBeginning(killed, cut);
    }
  }

  @Test
  void aRefusedPageEndsThePassAndNothingIsCalledDeleted() throws Exception {
    store.denyDelete(key -> true);

    DeleteResult result = run(pass(false));

    assertThat(result.deleted()).isZero();
    assertThat(result.finished()).isFalse();
    assertThat(result.codes()).isEqualTo(Map.of("AccessDenied", 4 + 6));
    assertThat(result.describeFailures(""))
        .startsWith("delete failed for 10 of 10 objects: AccessDenied (10); such as generations/")
        .endsWith("; the store says: the store was told to keep it")
        .doesNotContain("\n");
    assertThat(store.requests(StoreOperation.DELETE)).isEqualTo(2);
  }

  @Test
  void aSnapshotThatCannotBeDeletedStaysWhole() throws Exception {
    String locked = ReplicaLayout.snapshotKey(CURRENT, 2);
    store.denyDelete(locked::equals);
    RetentionPass pass = pass(false);

    DeleteResult result = run(pass);

    assertThat(result.failed()).extracting(f -> f.key()).containsExactly(locked);
    assertThat(result.segments()).isEqualTo(24 - 3);
    assertThat(store.objects())
        .containsKeys(locked, ReplicaLayout.segmentKey(new Position(CURRENT, 2, 8304)));

    store.heal();
    assertThat(pass.retry(result.failed()).deleted()).isEqualTo(1);
    assertThat(run(pass).segments()).isEqualTo(3);
    assertThat(store.objects())
        .doesNotContainKeys(locked, ReplicaLayout.segmentKey(new Position(CURRENT, 2, 8304)));
  }

  @Test
  void whatHasFailedBeforeIsSpared() throws Exception {
    String locked = ReplicaLayout.segmentKey(new Position(OLD, 1, 0));
    store.denyDelete(locked::equals);
    run(pass(false));
    long before = store.requests(StoreOperation.DELETE);

    pass(false).run(Optional.of(CURRENT), NOW, Set.of(locked));
    assertThat(store.requests(StoreOperation.DELETE)).isEqualTo(before);
    pass(false).run(Optional.of(CURRENT), NOW, Set.of());
    assertThat(store.requests(StoreOperation.DELETE)).isEqualTo(before + 1);
  }

  @Test
  void aRetryStopsAtTheFirstRequestThatIsRefusedAsAWhole() throws Exception {
    store.denyDelete(key -> true);
    List<Failure> failures = new ArrayList<>();
    for (int i = 0; i < 2_500; i++) {
      failures.add(new Failure("k" + i, "AccessDenied", ""));
    }

    DeleteResult result = pass(false).retry(failures);

    assertThat(result.failed()).hasSize(2_500);
    assertThat(store.requests(StoreOperation.DELETE)).isEqualTo(1);
  }

  @Test
  void aKeyThatDoesNotExistCountsAsDeleted() throws Exception {
    RetentionPass pass = pass(false);
    store.remove(ReplicaLayout.snapshotKey(OLD, 0));

    assertThat(run(pass).failed()).isEmpty();
  }

  @Test
  void nothingIsDeletedForASnapshotThatIsNotThereAnyMore() throws Exception {
    RetentionPass pass = pass(false);
    for (int index = 0; index < 10; index += 2) {
      store.remove(ReplicaLayout.snapshotKey(CURRENT, index));
    }

    run(pass);

    // The old generation is now the only one that can be restored.
    assertThat(store.objects()).containsKey(ReplicaLayout.snapshotKey(OLD, 2));
    assertThat(restored(store, NOW)).contains(OLD.name());
  }

  @Test
  void aGenerationThatSomebodyElseStillWritesStays() throws Exception {
    RetentionPass pass = pass(false);
    time = NOW.minusSeconds(60);
    String late = ReplicaLayout.segmentKey(new Position(OLD, 4, 0));
    store.put(late, new byte[9]);

    run(pass);

    assertThat(store.objects())
        .containsKeys(late, ReplicaLayout.snapshotKey(OLD, 2))
        .doesNotContainKey(ReplicaLayout.snapshotKey(OLD, 0));
  }

  @Test
  void aListingThatFailsFailsThePass() throws Exception {
    RetentionPass pass = pass(false);
    store.failNext(StoreOperation.LIST, Kind.UNAVAILABLE, 1);

    assertThatThrownBy(() -> run(pass)).isInstanceOf(ReplicaException.class);
    assertThat(store.requests(StoreOperation.DELETE)).isZero();
    assertThat(run(pass).segments()).isEqualTo(24);
  }

  @Test
  void aStoreThatSaysDeletedAndDeletesNothingIsFoundOutByListing() throws Exception {
    LyingStore lying = new LyingStore(store);
    KnownReplica known = new KnownReplica(new ReplicaReader("r", lying));
    known.survey(Optional.empty());

    DeleteResult believed =
        new RetentionPass(known, lying, DAY, false).run(Optional.of(CURRENT), NOW, Set.of());
    known.survey(Optional.empty());
    DeleteResult verified =
        new RetentionPass(known, lying, DAY, true).run(Optional.of(CURRENT), NOW, Set.of());

    assertThat(believed.failed()).isEmpty();
    assertThat(verified.deleted()).isZero();
    assertThat(verified.codes()).containsOnlyKeys("StillListed");
  }

  @Test
  void verifiedDeletesThatHappenedAreNoFailures() throws Exception {
    DeleteResult result = run(pass(true));

    assertThat(result.failed()).isEmpty();
    assertThat(result.deleted()).isEqualTo(28);
  }
}
