package io.litestream.core.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream.core.position.Position;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Restores of sound replicas: page for page what SQLite itself makes of the same WAL. */
class RestorerTest {

  @TempDir Path directory;
  private Path output;

  @BeforeEach
  void chooseOutput() throws IOException {
    output = Files.createDirectory(directory.resolve("out")).resolve("app.db");
  }

  private SqliteHistory history(int pageSize, int indexes, int commits, String... pragmas)
      throws Exception {
    SqliteHistory history = new SqliteHistory(directory, pageSize, pragmas);
    Random random = new Random(pageSize + indexes);
    for (int index = 0; index < indexes; index++) {
      if (index > 0) {
        history.nextIndex();
      }
      for (int i = 0; i < commits; i++) {
        history.commitRandom(random, 8);
      }
    }
    return history;
  }

  private void assertRestored(byte[] expected) throws Exception {
    assertThat(SqliteHistory.integrity(output)).isEqualTo("ok");
    assertThat(Arrays.mismatch(Files.readAllBytes(output), expected)).isEqualTo(-1);
    try (var files = Files.list(output.getParent())) {
      assertThat(files).containsExactly(output);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {512, 1024, 4096, 65536})
  void equalsTheSource(int pageSize) throws Exception {
    try (SqliteHistory history = history(pageSize, 4, 6)) {
      TestReplica replica = TestReplica.of(history);

      RestoreResult result = replica.restore(TestReplica.to(output));

      assertRestored(history.lastState());
      assertThat(result.pageSize()).isEqualTo(pageSize);
      assertThat(result.databaseBytes()).isEqualTo(Files.size(output));
      assertThat(result.position())
          .isEqualTo(new Position(TestReplica.GENERATION, 3, history.wal(3).length));
      assertThat(result.walIndexes()).isEqualTo(4);
      assertThat(result.segments()).isEqualTo(24);
      assertThat(result.chainProved()).isFalse();
      assertThat(result.checked()).isEqualTo(IntegrityCheck.QUICK);
    }
  }

  @Test
  void isProvedWhereEveryIndexTellsTheEndOfTheOneBefore() throws Exception {
    try (SqliteHistory history = history(4096, 4, 3)) {
      TestReplica replica = TestReplica.withNotes(history);

      RestoreResult result = replica.restore(TestReplica.to(output));

      assertRestored(history.lastState());
      assertThat(result.chainProved()).isTrue();
      assertThat(result.checked()).isEqualTo(IntegrityCheck.NONE);
    }
  }

  /** As v0.3 leaves them if it is ended while it uploads. */
  @ParameterizedTest
  @CsvSource({"0, 9", "0, 3", "2, 9", "2, 5"})
  void aSegmentThatReachesIntoTheNextOneCountsUpToThere(int from, int to) throws Exception {
    try (SqliteHistory history = history(4096, 3, 10)) {
      TestReplica replica = TestReplica.of(history);
      List<Long> commits = history.commits(1);
      replica.segment(1, history.wal(1), from == 0 ? 0 : commits.get(from - 1), commits.get(to));

      replica.restore(TestReplica.to(output));

      assertRestored(history.lastState());
      GenerationReport report = Verifier.verify(replica.reader, TestReplica.GENERATION, 2);
      assertThat(report.damages()).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({"FULL", "INCREMENTAL"})
  void equalsASourceThatShrinks(String autoVacuum) throws Exception {
    try (SqliteHistory history = history(1024, 2, 5, "PRAGMA auto_vacuum=" + autoVacuum)) {
      history.commit("DELETE FROM t WHERE id % 3 > 0", "PRAGMA incremental_vacuum");
      history.commitRandom(new Random(1), 3);
      TestReplica replica = TestReplica.of(history);

      replica.restore(TestReplica.to(output));

      assertRestored(history.lastState());
    }
  }

  @Test
  void equalsASourceThatWasVacuumed() throws Exception {
    try (SqliteHistory history = history(4096, 2, 10)) {
      history.commit("DELETE FROM t WHERE id % 10 > 0");
      history.alone("VACUUM");
      int small = history.lastState().length;
      history.nextIndex();
      history.commitRandom(new Random(2), 30);
      TestReplica replica = TestReplica.of(history);

      replica.restore(TestReplica.to(output));

      assertThat(history.lastState().length).isGreaterThan(small);
      assertRestored(history.lastState());
    }
  }

  @Test
  void equalsASourceWithALargeTransaction() throws Exception {
    try (SqliteHistory history = history(4096, 1, 2)) {
      history.commit(
          "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 25000)"
              + " INSERT INTO t(mark, pad) SELECT 'n' || i, randomblob(1000) FROM n");
      history.commit("UPDATE t SET pad = randomblob(900)");
      TestReplica replica = TestReplica.of(history);

      RestoreResult result = replica.restore(TestReplica.to(output));

      assertThat(history.wal(0).length).isGreaterThan(40_000_000);
      assertRestored(history.lastState());
      assertThat(result.chainProved()).isTrue();
      assertThat(result.checked()).isEqualTo(IntegrityCheck.NONE);
    }
  }

  @Test
  void restoresEveryIndex() throws Exception {
    try (SqliteHistory history = history(1024, 4, 3)) {
      TestReplica replica = TestReplica.of(history);
      for (int index = 0; index < 4; index++) {
        output = Files.createDirectory(directory.resolve("out" + index)).resolve("app.db");

        RestoreResult result = replica.restore(TestReplica.toIndex(output, index));

        assertRestored(history.stateAt(index, history.wal(index).length));
        assertThat(result.position().index()).isEqualTo(index);
      }
    }
  }

  @Test
  void restoresEveryMoment() throws Exception {
    try (SqliteHistory history = history(1024, 2, 4)) {
      TestReplica replica = TestReplica.withNotes(history);
      for (int second = 0; second < 9; second++) {
        output = Files.createDirectory(directory.resolve("out" + second)).resolve("app.db");

        RestoreResult result =
            replica.restore(
                TestReplica.toTime(output, TestReplica.START.plusSeconds(second).plusMillis(300)));

        int commits = second;
        int index = commits <= 4 ? 0 : 1;
        int within = commits - 4 * index;
        long offset = within == 0 ? 0 : history.commits(index).get(within - 1);
        assertRestored(history.stateAt(index, offset));
        assertThat(result.position())
            .isEqualTo(new Position(TestReplica.GENERATION, index, offset));
        // Until index 1 begins, the time lies within the snapshot's own index; when it begins, it
        // tells how that one ended.
        assertThat(result.chainProved()).isEqualTo(commits >= 4);
      }
    }
  }

  @Test
  void restoresFromASnapshotInTheMiddleOfAnIndex() throws Exception {
    try (SqliteHistory history = history(1024, 2, 4)) {
      history.nextIndex();
      Random random = new Random(3);
      history.commitRandom(random, 10);
      byte[][] file = new byte[1][];
      history.checkpointBehindAReader(() -> history.commitRandom(random, 10));
      file[0] = history.fileNow();
      history.commitRandom(random, 10);
      TestReplica replica = TestReplica.of(history);
      replica.snapshot(2, file[0]);

      RestoreResult result = replica.restore(TestReplica.to(output));

      assertThat(file[0]).isNotEqualTo(history.base(2));
      assertRestored(history.lastState());
      assertThat(result.walIndexes()).isEqualTo(1);
      assertThat(result.chainProved()).isTrue();
    }
  }

  @Test
  void restoresABareSnapshot() throws Exception {
    try (SqliteHistory history = history(4096, 2, 3)) {
      TestReplica replica = new TestReplica();
      replica.snapshot(1, history.base(1));

      RestoreResult result = replica.restore(TestReplica.to(output));

      assertRestored(history.base(1));
      assertThat(result.position()).isEqualTo(new Position(TestReplica.GENERATION, 1, 0));
      assertThat(result.chainProved()).isFalse();
      assertThat(result.checked()).isEqualTo(IntegrityCheck.QUICK);
    }
  }

  @Test
  void dropsATransactionThatIsNotWhole() throws Exception {
    try (SqliteHistory history = history(1024, 2, 3)) {
      long commit = history.commits(1).get(1);
      long end = history.commits(1).get(2) - 1048;
      TestReplica replica = new TestReplica();
      replica.snapshot(0, history.base(0));
      replica.segments(0, history.wal(0), history.commits(0));
      replica.segments(1, history.wal(1), List.of(commit - 2 * 1048, end));
      assertThat(end).isGreaterThan(commit);
      List<Long> told = new ArrayList<>();

      RestoreRequest request = TestReplica.to(output);
      RestoreResult result =
          Restorer.restore(
              Restorer.plan(List.of(replica.reader), request),
              request,
              (done, total) -> told.add(done));

      assertRestored(history.stateAt(1, commit));
      assertThat(result.position().offset()).isEqualTo(commit);
      assertThat(told).isSorted().doesNotHaveDuplicates();
    }
  }

  @Test
  void dropsAnIndexThatHasNoCommitYet() throws Exception {
    try (SqliteHistory history = history(1024, 2, 1)) {
      TestReplica replica = new TestReplica();
      replica.snapshot(0, history.base(0));
      replica.segments(0, history.wal(0), history.commits(0));
      replica.segment(1, history.wal(1), 0, history.wal(1).length - 1048L);

      RestoreResult result = replica.restore(TestReplica.to(output));

      assertRestored(history.base(1));
      assertThat(result.position()).isEqualTo(new Position(TestReplica.GENERATION, 1, 0));
    }
  }

  @Test
  void acceptsAnIndexOfAHeaderAlone() throws Exception {
    try (SqliteHistory history = history(1024, 2, 2)) {
      TestReplica replica = new TestReplica();
      replica.snapshot(0, history.base(0));
      replica.segments(0, history.wal(0), List.of(32L, (long) history.wal(0).length));
      replica.segment(1, history.wal(1), 0, 32);

      replica.restore(TestReplica.to(output));

      assertRestored(history.base(1));
    }
  }

  @Test
  void tellsProgressUpToTheTotal() throws Exception {
    try (SqliteHistory history = history(4096, 3, 5)) {
      TestReplica replica = TestReplica.of(history);
      List<Long> told = new ArrayList<>();
      List<Long> totals = new ArrayList<>();

      RestoreRequest request = TestReplica.to(output);
      RestorePlan plan = Restorer.plan(List.of(replica.reader), request);
      Restorer.restore(
          plan,
          request,
          (done, total) -> {
            told.add(done);
            totals.add(total);
          });

      assertThat(told).isSorted().endsWith(plan.totalBytes());
      assertThat(totals).containsOnly(plan.totalBytes());
    }
  }

  @ParameterizedTest
  @EnumSource(IntegrityCheck.class)
  void asksSqliteAsTold(IntegrityCheck check) throws Exception {
    try (SqliteHistory history = history(4096, 1, 3)) {
      TestReplica replica = TestReplica.of(history);

      RestoreResult result = replica.restore(TestReplica.checked(output, check));

      assertThat(result.checked())
          .isEqualTo(check == IntegrityCheck.AUTO ? IntegrityCheck.NONE : check);
      assertRestored(history.lastState());
    }
  }

  @Test
  void makesDirectoriesAndKeepsTheFileToItsOwner() throws Exception {
    try (SqliteHistory history = history(4096, 1, 1)) {
      output = directory.resolve("a/b/with space %20?x#y/app.db");

      TestReplica.of(history).restore(TestReplica.checked(output, IntegrityCheck.FULL));

      assertRestored(history.lastState());
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(output)))
          .isEqualTo("rw-------");
    }
  }

  @Test
  void readsOnAfterABrokenConnection() throws Exception {
    try (SqliteHistory history = history(4096, 2, 10)) {
      TestReplica replica = TestReplica.of(history);
      replica.store.opening = BrokenStreams.firstTwoOfEachKey();

      replica.restore(TestReplica.to(output));

      assertRestored(history.lastState());
    }
  }

  @Test
  void listsOnlyWhatIsNeeded() throws Exception {
    try (SqliteHistory history = history(1024, 4, 2)) {
      TestReplica replica = TestReplica.of(history);
      replica.snapshot(3, history.base(3));

      RestorePlan plan = Restorer.plan(List.of(replica.reader), TestReplica.to(output));

      assertThat(plan.segments()).hasSize(2);
      assertThat(replica.store.listed.get(replica.store.listed.size() - 1).startAfter())
          .contains("generations/4c994ccc40a5ba03/wal/00000003");
      assertThat(replica.store.opened).hasValue(0);
    }
  }
}
