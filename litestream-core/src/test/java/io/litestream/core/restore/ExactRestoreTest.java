package io.litestream.core.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream.core.drill.LivePages;
import io.litestream.core.drill.PageDigests;
import io.litestream.core.position.Position;
import io.litestream.core.replica.SnapshotInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A restore to one commit, though its segment goes on, against what SQLite has at that commit. */
class ExactRestoreTest {

  private static final int PAGE_SIZE = 1024;

  @TempDir Path directory;

  private SqliteHistory history;
  private int files;

  @BeforeEach
  void setUp() throws Exception {
    history = new SqliteHistory(directory, PAGE_SIZE);
  }

  @AfterEach
  void tearDown() throws Exception {
    history.close();
  }

  /** Grows, shrinks and grows again, over three indexes. */
  private void live(long seed) throws Exception {
    Random random = new Random(seed);
    for (int index = 0; index < 3; index++) {
      if (index > 0) {
        history.nextIndex();
      }
      history.commitRandom(random, 30);
      history.commit("DELETE FROM t WHERE id % 3 > 0");
      history.alone("VACUUM");
      history.commitRandom(random, 10);
    }
  }

  /** Each index is one segment, so that nearly every commit is within one. */
  private TestReplica replica() {
    TestReplica replica = new TestReplica();
    replica.snapshot(0, history.base(0));
    for (int index = 0; index < history.indexes(); index++) {
      replica.segments(index, history.wal(index), List.of((long) history.wal(index).length));
    }
    return replica;
  }

  private Path restore(TestReplica replica, int snapshot, int index, long offset, long pages)
      throws Exception {
    Path output = directory.resolve("restored-" + files++ + ".db");
    SnapshotInfo base =
        replica.reader.snapshots(TestReplica.GENERATION).stream()
            .filter(each -> each.index() == snapshot)
            .findFirst()
            .orElseThrow();
    Restorer.restoreUpTo(
        replica.reader,
        base,
        new Position(TestReplica.GENERATION, index, offset),
        pages,
        TestReplica.checked(output, IntegrityCheck.FULL));
    return output;
  }

  /** What a hold shows of a database whose file is in that state. */
  private PageDigests digests(byte[] databaseFile, int index, long offset) throws Exception {
    Path wal = Files.write(directory.resolve("shadow-" + files++), history.wal(index));
    LivePages.Source source =
        new LivePages.Source() {
          @Override
          public long size() {
            return databaseFile.length;
          }

          @Override
          public int read(byte[] target, int length, long at) {
            int count = (int) Math.min(Math.min(length, 3 * PAGE_SIZE), databaseFile.length - at);
            System.arraycopy(databaseFile, (int) at, target, 0, count);
            return count;
          }
        };
    return LivePages.read(directory.resolve("digests-" + files++), source, wal, offset);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 20261125})
  void everyCommitIsRestoredExactlyAndComparesEqual(long seed) throws Exception {
    live(seed);
    TestReplica replica = replica();
    for (int index = 0; index < history.indexes(); index++) {
      for (long commit : history.commits(index)) {
        byte[] expected = history.stateAt(index, commit);
        Path restored = restore(replica, 0, index, commit, expected.length / PAGE_SIZE);
        assertThat(Arrays.mismatch(Files.readAllBytes(restored), expected))
            .as("%d:%d", index, commit)
            .isEqualTo(-1);

        try (PageDigests digests = digests(history.base(index), index, commit)) {
          assertThat(digests.pages()).isEqualTo(expected.length / PAGE_SIZE);
          assertThat(digests.compare(restored))
              .isEqualTo(new PageDigests.Comparison(digests.pages(), 0, 0));
        }
      }
    }
  }

  @Test
  void itDoesNotMatterHowMuchOfTheWalHasBeenCheckpointed() throws Exception {
    live(7);
    int last = history.indexes() - 1;
    long commit = history.commits(last).get(0);
    byte[] expected = history.stateAt(last, commit);
    Path restored = restore(replica(), 0, last, commit, expected.length / PAGE_SIZE);

    try (PageDigests digests = digests(expected, last, commit)) {
      assertThat(digests.compare(restored).differing()).isZero();
    }
  }

  @Test
  void aPositionBeforeTheFirstFrameIsTheDatabaseFile() throws Exception {
    live(8);
    try (PageDigests digests = digests(history.base(1), 1, 32)) {
      Path restored = restore(replica(), 0, 1, 32, digests.pages());

      assertThat(digests.compare(restored).differing()).isZero();
      assertThat(Files.readAllBytes(restored)).isEqualTo(history.base(1));
    }
  }

  @Test
  void oneByteThatDiffersIsFoundWithItsPage() throws Exception {
    live(9);
    long commit = history.commits(2).get(0);
    byte[] expected = history.stateAt(2, commit);
    Path restored = restore(replica(), 0, 2, commit, expected.length / PAGE_SIZE);
    byte[] bytes = Files.readAllBytes(restored);
    bytes[4 * PAGE_SIZE + 17] ^= 1;
    Files.write(restored, bytes);

    try (PageDigests digests = digests(history.base(2), 2, commit)) {
      assertThat(digests.compare(restored))
          .isEqualTo(new PageDigests.Comparison(digests.pages(), 1, 5));
    }
  }

  @Test
  void pagesThatOnlyOneOfTheTwoHasDiffer() throws Exception {
    live(10);
    long commit = history.commits(2).get(0);
    byte[] expected = history.stateAt(2, commit);
    Path restored = Files.write(directory.resolve("short"), Arrays.copyOf(expected, PAGE_SIZE));

    try (PageDigests digests = digests(history.base(2), 2, commit)) {
      long pages = digests.pages();
      assertThat(digests.compare(restored))
          .isEqualTo(new PageDigests.Comparison(pages, pages - 1, 2));
      Files.write(restored, Arrays.copyOf(expected, expected.length + PAGE_SIZE));
      assertThat(digests.compare(restored))
          .isEqualTo(new PageDigests.Comparison(pages + 1, 1, pages + 1));
    }
  }

  @Test
  void aReplicaThatEndsBeforeIsDamaged() throws Exception {
    live(11);
    TestReplica replica = replica();
    replica.store.objects.remove(TestReplica.key(2, 0));
    long commit = history.commits(2).get(0);

    assertThatThrownBy(() -> restore(replica, 0, 2, commit, 5))
        .isInstanceOf(RestoreException.class)
        .hasMessageContaining("its segments end at")
        .extracting(e -> ((RestoreException) e).kind())
        .isEqualTo(RestoreException.Kind.DAMAGED);
  }

  @Test
  void laterSegmentsAreNotAskedFor() throws Exception {
    live(12);
    TestReplica replica = replica();
    replica.store.opening =
        (key, content) -> {
          if (key.equals(TestReplica.key(2, 0))) {
            throw new IOException("not needed");
          }
          return content;
        };
    long commit = history.commits(1).get(1);
    byte[] expected = history.stateAt(1, commit);

    assertThat(Files.readAllBytes(restore(replica, 0, 1, commit, expected.length / PAGE_SIZE)))
        .isEqualTo(expected);
  }
}
