package io.litestream.core.restore;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream.core.codec.Lz4InputStream;
import io.litestream.core.layout.ReplicaLayout;
import io.litestream.core.replica.FixedStore;
import io.litestream.core.replica.PreviousIndex;
import io.litestream.core.replica.PreviousIndex.Facts;
import io.litestream.core.replica.SegmentInfo;
import io.litestream.core.restore.RestoreException.Kind;
import io.litestream.spi.NoSuchObjectException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Restores that must not succeed: what they say, and that they leave nothing. */
class RestorerDamageTest {

  private static final String SNAPSHOT = ReplicaLayout.snapshotKey(TestReplica.GENERATION, 0);

  @TempDir Path directory;
  private Path output;
  private SqliteHistory history;
  private TestReplica replica;

  @BeforeEach
  void makeReplica() throws Exception {
    output = Files.createDirectory(directory.resolve("out")).resolve("app.db");
    history = new SqliteHistory(directory, 1024);
    Random random = new Random(9);
    for (int index = 0; index < 4; index++) {
      if (index > 0) {
        history.nextIndex();
      }
      for (int commit = 0; commit < 3; commit++) {
        history.commitRandom(random, 10);
      }
    }
    replica = TestReplica.of(history);
  }

  @AfterEach
  void close() throws Exception {
    history.close();
  }

  private String key(int index, int segment) {
    return TestReplica.key(index, segment == 0 ? 0 : history.commits(index).get(segment - 1));
  }

  private void assertDamaged(String... words) throws IOException {
    assertRefused(Kind.DAMAGED, TestReplica.to(output), words);
  }

  private AbstractThrowableAssert<?, ?> assertRefused(
      Kind kind, RestoreRequest request, String... words) throws IOException {
    List<Path> before = files();
    var thrown =
        assertThatThrownBy(() -> replica.restore(request))
            .hasMessageContainingAll(words)
            .hasMessageNotContaining("\n")
            .isInstanceOfSatisfying(
                RestoreException.class, e -> assertThat(e.kind()).isEqualTo(kind));
    assertThat(files()).isEqualTo(before);
    assertNoThreads();
    return thrown;
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(path -> !path.toString().contains("oracle")).sorted().toList();
    }
  }

  private static void assertNoThreads() {
    assertThat(Thread.getAllStackTraces().keySet())
        .extracting(Thread::getName)
        .doesNotContain("litestream-restore", "litestream-restore-force");
  }

  private byte[] content(String key) throws IOException {
    try (var in = new Lz4InputStream(new ByteArrayInputStream(raw(key)))) {
      return in.readAllBytes();
    }
  }

  private void replaceContent(String key, byte[] content) {
    replica.store.objects.put(key, FixedStore.compress(content));
  }

  private byte[] raw(String key) {
    return requireNonNull(replica.store.objects.get(key), key);
  }

  // Objects as such

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.0001, 0.3, 0.7, 1})
  void findsAFlippedBitInASegment(double where) throws Exception {
    byte[] bytes = raw(key(2, 1)).clone();
    bytes[(int) (where * (bytes.length - 1))] ^= 0x10;
    replica.store.objects.put(key(2, 1), bytes);

    assertDamaged(key(2, 1), "-index 00000001 restores the state before it");
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.0001, 0.3, 0.7, 1})
  void findsAFlippedBitInASnapshot(double where) throws Exception {
    byte[] bytes = raw(SNAPSHOT).clone();
    bytes[(int) (where * (bytes.length - 1))] ^= 0x10;
    replica.store.objects.put(SNAPSHOT, bytes);

    assertDamaged(SNAPSHOT, "nothing before it is left");
  }

  @Test
  void findsATruncatedObject() throws Exception {
    for (String key : List.of(SNAPSHOT, key(0, 0), key(3, 2))) {
      byte[] whole = raw(key);
      for (int length : new int[] {1, 10, whole.length / 2, whole.length - 1}) {
        replica.store.objects.put(key, Arrays.copyOf(whole, length));
        assertDamaged(key + " is truncated");
      }
      replica.store.objects.put(key, whole);
    }
  }

  @Test
  void findsAnEmptyObject() throws Exception {
    for (String key : List.of(SNAPSHOT, key(0, 0), key(3, 2))) {
      byte[] whole = raw(key);
      replica.store.objects.put(key, new byte[0]);
      assertDamaged(key + " is empty");
      replica.store.objects.put(key, whole);
    }
  }

  @Test
  void findsAnObjectThatGoesOn() throws Exception {
    replica.store.objects.put(key(1, 1), Arrays.copyOf(raw(key(1, 1)), raw(key(1, 1)).length + 9));

    assertDamaged(key(1, 1) + " goes on after the end", "-index 00000000");
  }

  @Test
  void findsASnapshotThatIsNoDatabase() throws Exception {
    replaceContent(SNAPSHOT, new byte[4096]);
    assertDamaged(SNAPSHOT + " holds no SQLite database");
    replaceContent(SNAPSHOT, new byte[0]);
    assertDamaged(SNAPSHOT + " holds no SQLite database");
    replaceContent(SNAPSHOT, Arrays.copyOf(history.base(0), 1500));
    assertDamaged(SNAPSHOT + " holds 1500 bytes, not a whole number of pages of 1024 bytes");
  }

  @Test
  void findsAnObjectThatDisappears() throws Exception {
    replica.store.opening =
        (name, content) -> {
          if (name.equals(key(1, 1))) {
            throw new NoSuchObjectException(name, null);
          }
          return content;
        };

    assertDamaged(key(1, 1) + " was listed, but is gone");
  }

  // Objects that are missing or out of place

  @Test
  void findsAMissingFirstSegment() throws Exception {
    replica.store.objects.remove(key(2, 0));

    assertDamaged(key(2, 1) + " is the first segment of its index", "-index 00000001 restores");
  }

  @Test
  void findsAMissingMiddleSegment() throws Exception {
    replica.store.objects.remove(key(2, 1));

    assertDamaged(
        "2:" + history.commits(2).get(0) + ", where",
        "is missing: the next one is " + key(2, 2),
        "-index 00000001 restores");
  }

  @Test
  void findsAMissingMiddleSegmentInTheSnapshotsIndex() throws Exception {
    replica.store.objects.remove(key(0, 1));

    assertDamaged("is missing: the next one is " + key(0, 2), "nothing before it is left");
  }

  @Test
  void findsAMissingIndex() throws Exception {
    for (int segment = 0; segment < 3; segment++) {
      replica.store.objects.remove(key(2, segment));
    }

    assertDamaged("no segment of index 00000002", key(3, 0), "-index 00000001 restores");
  }

  @Test
  void findsAMissingIndexThatWasRenumbered() throws Exception {
    for (int segment = 0; segment < 3; segment++) {
      replica.store.objects.remove(key(2, segment));
    }
    replica.segments(2, history.wal(3), history.commits(3));
    for (int segment = 0; segment < 3; segment++) {
      replica.store.objects.remove(key(3, segment));
    }

    assertDamaged(key(2, 0) + " does not follow index 00000001", "salt-1");
  }

  @Test
  void findsASegmentOfAnotherIndexInPlace() throws Exception {
    byte[] other = history.wal(1);
    long from = history.commits(2).get(0);
    long to = history.commits(2).get(1);
    assertThat(other.length).isGreaterThanOrEqualTo((int) to);
    replaceContent(key(2, 1), Arrays.copyOfRange(other, (int) from, (int) to));

    assertDamaged(key(2, 1) + " does not belong to this index", "-index 00000001 restores");
  }

  @Test
  void findsSwappedSegments() throws Exception {
    byte[] first = raw(key(2, 1));
    byte[] second = raw(key(2, 2));
    replica.store.objects.put(key(2, 1), second);
    replica.store.objects.put(key(2, 2), first);

    assertDamaged(key(2, 1) + " is damaged: the checksum of the frame at offset");
  }

  @Test
  void findsASegmentOfAnotherDatabase() throws Exception {
    Path elsewhere = Files.createDirectory(directory.resolve("oracle-other"));
    try (SqliteHistory other = new SqliteHistory(elsewhere, 4096)) {
      other.commitRandom(new Random(1), 5);
      replaceContent(key(1, 0), other.wal(0));
      assertDamaged(key(1, 0) + " is of another database: its pages have 4096 bytes");
    }
  }

  @Test
  void findsDamageThatTheObjectsChecksumDoesNotKnow() throws Exception {
    byte[] good = content(key(2, 1));
    for (int at : new int[] {0, 5, 9, 17, 100, good.length - 1}) {
      byte[] bad = good.clone();
      bad[at] ^= 1;
      replaceContent(key(2, 1), bad);
      assertDamaged(key(2, 1), "-index 00000001 restores");
    }
    byte[] headless = content(key(1, 0));
    headless[20] ^= 1;
    replaceContent(key(1, 0), headless);
    assertDamaged(key(1, 0) + " is damaged: it does not begin with a valid WAL header");
  }

  @Test
  void findsASegmentThatEndsWithinAFrame() throws Exception {
    byte[] good = content(key(2, 1));
    replaceContent(key(2, 1), Arrays.copyOf(good, good.length - 100));
    assertDamaged(key(2, 1) + " is damaged: after its last whole frame", "948 bytes more");
    replaceContent(key(2, 0), Arrays.copyOf(content(key(2, 0)), 20));
    assertDamaged(key(2, 0) + " is damaged: it does not begin with a valid WAL header");
  }

  @Test
  void findsAnIndexThatEndsWithinATransactionThoughAnotherFollows() throws Exception {
    byte[] last = content(key(1, 2));
    replaceContent(key(1, 2), Arrays.copyOf(last, last.length - 1048));
    assertDamaged(
        "index 00000001 ends inside a transaction", key(2, 0) + " is there", "-index 00000000");
    assertRefused(
        Kind.DAMAGED,
        TestReplica.toIndex(output, 1),
        "index 00000001 ends inside a transaction",
        "a later index is there");
  }

  @Test
  void findsAMissingLastSegmentIfTheNextIndexTellsTheEnd() throws Exception {
    replica = TestReplica.withNotes(history);
    replica.store.objects.remove(key(1, 2));
    long end = history.commits(1).get(1);

    assertDamaged(
        "index 00000001 ends at offset " + end + ", but went on to " + history.wal(1).length,
        "with commits until " + TestReplica.START.plusSeconds(7),
        key(2, 0) + " tells",
        "-index 00000001 restores the state before it");
    assertThat(replica.restore(TestReplica.toIndex(output, 1)).position().offset()).isEqualTo(end);
  }

  @Test
  void findsAMissingLastSegmentFromAnEarlyNoteToo() throws Exception {
    replica = TestReplica.withEarlyNotes(history);
    assertThat(replica.restore(TestReplica.to(output)).chainProved()).isTrue();
    Files.delete(output);
    replica.store.objects.remove(key(1, 2));

    assertDamaged("index 00000001 ends at offset", "but went on to " + history.wal(1).length);
  }

  @Test
  void findsAMissingLastSegmentBeforeATimeThatLiesInTheNextIndex() throws Exception {
    replica = TestReplica.withNotes(history);
    Instant end = time(key(1, 2));
    replica.store.objects.remove(key(1, 2));

    assertRefused(
        Kind.DAMAGED,
        TestReplica.toTime(output, end),
        "index 00000001 ends at offset",
        "but went on to " + history.wal(1).length);
  }

  @Test
  void aTimeAtTheEndOfAnIndexIsProvedByTheNextOne() throws Exception {
    Instant end = time(key(1, 2));
    assertThat(replica.restore(TestReplica.toTime(output, end)).chainProved()).isFalse();
    Files.delete(output);
    TestReplica told = TestReplica.withNotes(history);
    assertThat(told.restore(TestReplica.toTime(output, end)).chainProved()).isTrue();
    Files.delete(output);

    // Damage of an object that is not restored is another restore's matter.
    told.store.put(key(2, 0), new byte[] {1}, told.now());
    assertThat(told.restore(TestReplica.toTime(output, end)).chainProved()).isFalse();
  }

  private Instant time(String key) throws IOException {
    return replica.reader.segments(TestReplica.GENERATION).stream()
        .filter(segment -> segment.key().equals(key))
        .map(SegmentInfo::createdAt)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void findsAnIndexThatIsNotTheOneThatTheNextGoesOnFrom() throws Exception {
    replica =
        TestReplica.withNotes(
            history,
            wal -> {
              Facts told = TestReplica.end(wal).facts().orElseThrow();
              return new PreviousIndex(
                  wal.length,
                  Optional.of(
                      new Facts(
                          told.checksum() ^ 1,
                          told.salt1(),
                          told.salt2(),
                          told.pages(),
                          told.firstCommit(),
                          told.lastCommit())));
            });

    assertDamaged(
        "index 00000000 is another one than that which " + key(1, 0) + " goes on from",
        "have two processes written to this replica?");
  }

  /** What nobody has told cannot be known: an earlier commit, and no damage. */
  @Test
  void theEndOfTheLastIndexIsNotTold() throws Exception {
    replica = TestReplica.withNotes(history);
    int last = history.indexes() - 1;
    List<Long> commits = history.commits(last);
    replica.store.objects.remove(TestReplica.key(last, commits.get(commits.size() - 2)));

    RestoreResult result = replica.restore(TestReplica.to(output));

    assertThat(result.position().offset()).isEqualTo(commits.get(commits.size() - 2));
    assertThat(result.chainProved()).isTrue();
  }

  @Test
  void asksSqliteAboutAMissingLastSegmentOfAnIndex() throws Exception {
    // Rows that move between pages while the segment is away: the trees no longer fit together.
    try (SqliteHistory moving =
        new SqliteHistory(Files.createDirectory(directory.resolve("oracle-moving")), 512)) {
      Random random = new Random(1);
      for (int i = 0; i < 3; i++) {
        moving.commitRandom(random, 30, 3000);
      }
      moving.nextIndex();
      for (int i = 0; i < 3; i++) {
        moving.commitRandom(random, 60, 3000);
      }
      moving.nextIndex();
      moving.commitRandom(random, 3, 3000);
      replica = TestReplica.of(moving);
      replica.store.objects.remove(TestReplica.key(1, moving.commits(1).get(1)));

      assertDamaged("SQLite finds the restored database damaged", "segments at the end");
    }
  }

  // Requests that cannot be met

  @Test
  void refusesAnEmptyReplica() throws Exception {
    replica.store.objects.clear();
    assertRefused(Kind.NO_REPLICA_DATA, TestReplica.to(output), "no snapshot in replica 'file'");
  }

  @Test
  void refusesAGenerationWithoutASnapshot() throws Exception {
    replica.store.objects.remove(SNAPSHOT);
    assertRefused(Kind.NO_REPLICA_DATA, TestReplica.to(output), "has WAL only");
  }

  @Test
  void refusesAnIndexThatIsNotThere() throws Exception {
    assertRefused(
        Kind.NOT_RESTORABLE,
        TestReplica.toIndex(output, 17),
        "cannot restore index 00000011",
        "ends at index 00000003");
  }

  @Test
  void refusesAnExistingTarget() throws Exception {
    Files.writeString(output, "precious");
    assertRefused(Kind.TARGET_EXISTS, TestReplica.to(output), output + ": it exists already");
    assertThat(output).hasContent("precious");
    assertThat(replica.store.listed).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"-wal", "-shm", "-journal"})
  void refusesStaleFilesBesideTheTarget(String suffix) throws Exception {
    Path stale = output.resolveSibling("app.db" + suffix);
    Files.writeString(stale, "stale");
    assertRefused(Kind.TARGET, TestReplica.to(output), stale.toString(), "move it away");
    assertThat(stale).hasContent("stale");
  }

  @Test
  void refusesATargetThatAppearsMeanwhile() throws Exception {
    RestoreRequest request = TestReplica.to(output);
    RestorePlan plan = Restorer.plan(List.of(replica.reader), request);

    assertThatThrownBy(
            () ->
                Restorer.restore(
                    plan,
                    request,
                    (done, total) -> {
                      try {
                        Files.writeString(output, "precious");
                      } catch (IOException e) {
                        throw new AssertionError(e);
                      }
                    }))
        .isInstanceOfSatisfying(
            RestoreException.class, e -> assertThat(e.kind()).isEqualTo(Kind.TARGET_EXISTS));
    assertThat(output).hasContent("precious");
    assertThat(files().stream().filter(p -> p.startsWith(output.getParent())))
        .containsExactly(output.getParent(), output);
  }

  @Test
  void refusesADirectoryThatCannotBeMade() throws Exception {
    Files.writeString(directory.resolve("file"), "");
    assertRefused(Kind.TARGET, TestReplica.to(directory.resolve("file/x/app.db")), "file/x/app.db");
  }

  @Test
  void removesTheDirectoriesThatItMade() throws Exception {
    replica.store.objects.put(key(3, 2), new byte[0]);
    assertRefused(Kind.DAMAGED, TestReplica.to(directory.resolve("a/b/c/app.db")), key(3, 2));
  }

  @Test
  void passesOnThatAStoreCannotBeRead() throws Exception {
    replica.store.opening = BrokenStreams.always();
    assertThatThrownBy(() -> replica.restore(TestReplica.to(output)))
        .isInstanceOf(IOException.class)
        .isNotInstanceOf(RestoreException.class)
        .hasMessage("connection reset");
    assertNoThreads();
    assertThat(files()).noneMatch(path -> path.toString().endsWith(".tmp"));
  }

  @Test
  void endsWhenInterrupted() throws Exception {
    CountDownLatch reading = new CountDownLatch(1);
    CountDownLatch never = new CountDownLatch(1);
    replica.store.opening =
        (name, content) -> {
          if (name.equals(key(1, 1))) {
            reading.countDown();
            try {
              never.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
              throw new IOException("interrupted", e);
            }
          }
          return content;
        };
    FutureTask<RestoreResult> task =
        new FutureTask<>(() -> replica.restore(TestReplica.to(output)));
    Thread thread = new Thread(task);
    thread.start();
    reading.await();
    thread.interrupt();

    assertThatThrownBy(task::get)
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(InterruptedException.class);
    thread.join();
    assertNoThreads();
    try (Stream<Path> left = Files.list(output.getParent())) {
      assertThat(left).isEmpty();
    }
  }
}
