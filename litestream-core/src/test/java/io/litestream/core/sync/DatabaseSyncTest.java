package io.litestream.core.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream.core.position.Generation;
import io.litestream.core.sync.WalCheckpoint.Gap;
import io.litestream.core.wal.FrameScanner;
import io.litestream.core.wal.WalHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseSyncTest {

  private static final Duration BUSY = Duration.ofSeconds(1);

  @TempDir Path directory;
  private Path database;
  private Path meta;
  private final AtomicLong generations = new AtomicLong(1);

  @BeforeEach
  void createDatabase() throws SQLException {
    database = directory.resolve("app ?#%.db");
    meta = directory.resolve(".meta");
    try (Connection c = connect()) {
      run(c, "CREATE TABLE t (id INTEGER PRIMARY KEY, x BLOB)");
    }
  }

  /** An application's connection; it checkpoints only when the test says so. */
  private Connection connect() throws SQLException {
    Connection c =
        DriverManager.getConnection(
            "jdbc:sqlite:file:"
                + database.toString().replace("%", "%25").replace("?", "%3f").replace("#", "%23")
                + "?mode=rwc");
    run(c, "PRAGMA journal_mode=wal");
    run(c, "PRAGMA wal_autocheckpoint=0");
    run(c, "PRAGMA busy_timeout=200");
    return c;
  }

  private static void run(Connection c, String sql) throws SQLException {
    try (Statement s = c.createStatement()) {
      s.execute(sql);
    }
  }

  private static void insert(Connection c, int bytes) throws SQLException {
    run(c, "INSERT INTO t (x) VALUES (randomblob(" + bytes + "))");
  }

  private DatabaseSync open() throws IOException {
    return DatabaseSync.open(database, meta, BUSY, generations::getAndIncrement);
  }

  private static void syncAll(DatabaseSync sync) throws IOException {
    while (sync.sync(1 << 20).more()) {
      // on
    }
  }

  private static ShadowView view(DatabaseSync sync) {
    return sync.view().orElseThrow();
  }

  /**
   * The shadow files of a generation form one chain, each whole to its end, and reach the WAL's.
   */
  private void assertNothingMissing(DatabaseSync sync) throws IOException {
    ShadowView view = view(sync);
    WalHeader previous = null;
    for (int index = view.firstIndex(); index <= view.index(); index++) {
      byte[] bytes = Files.readAllBytes(sync.shadowPath(view.generation(), index));
      WalHeader header = WalHeader.parse(Arrays.copyOf(bytes, 32)).orElseThrow();
      FrameScanner scanner = FrameScanner.fromStart(header);
      scanner.scan(bytes, 32, bytes.length - 32);
      assertThat(scanner.committedOffset()).as("end of index %s", index).isEqualTo(bytes.length);
      if (previous != null) {
        assertThat(header.follows(previous)).as("index %s follows", index).isTrue();
      }
      previous = header;
    }
    byte[] wal = Files.readAllBytes(sync.walPath());
    byte[] shadow = Files.readAllBytes(sync.shadowPath(view.generation(), view.index()));
    assertThat(Arrays.copyOf(wal, shadow.length)).isEqualTo(shadow);
  }

  @Test
  void theFirstSyncBeginsAGenerationAndCopiesTheWholeWal() throws Exception {
    try (Connection app = connect();
        DatabaseSync sync = open()) {
      insert(app, 5000);
      syncAll(sync);
      assertThat(view(sync).generation()).isEqualTo(Generation.of(1));
      assertThat(view(sync).length()).isEqualTo(Files.size(sync.walPath()));
      assertNothingMissing(sync);
    }
  }

  @Test
  void uncommittedFramesAreNotCopied() throws Exception {
    try (Connection app = connect();
        DatabaseSync sync = open()) {
      run(app, "PRAGMA cache_size=10");
      syncAll(sync);
      long before = view(sync).length();
      run(app, "BEGIN");
      for (int i = 0; i < 50; i++) {
        insert(app, 20_000); // more than the cache holds, so that frames are in the WAL already
      }
      assertThat(Files.size(sync.walPath())).isGreaterThan(before);
      SyncOutcome outcome = sync.sync(1 << 20);
      assertThat(view(sync).length()).isEqualTo(before);
      assertThat(outcome.uncommitted()).isPositive();
      run(app, "COMMIT");
      syncAll(sync);
      assertThat(view(sync).length()).isGreaterThan(before);
      assertNothingMissing(sync);
    }
  }

  @Test
  void aTransactionLargerThanTheBufferIsCopiedWhole() throws Exception {
    try (Connection app = connect();
        DatabaseSync sync = open()) {
      insert(app, 24 << 20);
      syncAll(sync);
      assertThat(view(sync).length()).isGreaterThan(24 << 20);
      assertNothingMissing(sync);
    }
  }

  @Test
  void aCheckpointBeginsTheNextIndexOfTheSameGeneration() throws Exception {
    try (Connection app = connect();
        DatabaseSync sync = open()) {
      insert(app, 50_000);
      syncAll(sync);
      assertThat(sync.checkpoint(BUSY, false, false)).isEqualTo(CheckpointOutcome.COMPLETE);
      assertThat(view(sync).index()).isEqualTo(1);
      assertThat(view(sync).generation()).isEqualTo(Generation.of(1));
      assertNothingMissing(sync);
    }
  }

  @Test
  void shrinkingCutsTheWalFile() throws Exception {
    try (Connection app = connect();
        DatabaseSync sync = open()) {
      insert(app, 500_000);
      syncAll(sync);
      assertThat(sync.checkpoint(BUSY, true, false)).isEqualTo(CheckpointOutcome.COMPLETE);
      assertThat(Files.size(sync.walPath())).isLessThan(20_000);
      assertNothingMissing(sync);
    }
  }

  @Test
  void aReaderInTheWayPutsTheCheckpointOffAndLosesNothing() throws Exception {
    try (Connection app = connect();
        Connection reader = connect();
        DatabaseSync sync = open()) {
      insert(app, 5000);
      run(reader, "BEGIN");
      run(reader, "SELECT count(*) FROM t");
      insert(app, 5000);
      syncAll(sync);
      assertThat(sync.checkpoint(BUSY, false, false)).isEqualTo(CheckpointOutcome.BLOCKED);
      insert(app, 5000);
      syncAll(sync);
      assertThat(view(sync).index()).isZero();
      assertNothingMissing(sync);
      run(reader, "COMMIT");
      assertThat(sync.checkpoint(BUSY, false, false)).isEqualTo(CheckpointOutcome.COMPLETE);
      assertNothingMissing(sync);
    }
  }

  @Test
  void aWriterThatHoldsTheLockPutsTheCheckpointOffAndWhatWasCommittedIsCopied() throws Exception {
    try (Connection app = connect();
        Connection writer = connect();
        DatabaseSync sync = open()) {
      insert(app, 5000);
      syncAll(sync);
      insert(app, 5000);
      run(writer, "BEGIN IMMEDIATE");
      assertThat(sync.checkpoint(Duration.ofMillis(30), false, false))
          .isEqualTo(CheckpointOutcome.BLOCKED);
      assertThat(view(sync).length()).isEqualTo(Files.size(sync.walPath()));
      run(writer, "ROLLBACK");
    }
  }

  @Test
  void aWriterThatOutrunsTheCheckpointIsNotHeldUp() throws Exception {
    try (Connection app = connect();
        DatabaseSync sync = open()) {
      insert(app, 5000);
      syncAll(sync);
      List<Gap> passed = new ArrayList<>();
      sync.onGap(
          gap -> {
            passed.add(gap);
            if (gap == Gap.PINNED) {
              insertUnchecked(app, 9 << 20);
            }
          });
      assertThat(sync.checkpoint(BUSY, false, false)).isEqualTo(CheckpointOutcome.OUTRUN);
      assertThat(passed).doesNotContain(Gap.LOCKED);
      assertThat(view(sync).length()).isEqualTo(Files.size(sync.walPath()));
      assertNothingMissing(sync);
    }
  }

  @Test
  void aWriterThatOutrunsTheCheckpointIsSlowedDownIfThatMustBe() throws Exception {
    try (DatabaseSync sync = open()) {
      syncAll(sync);
      AtomicBoolean stop = new AtomicBoolean();
      AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
      Thread writer = new Thread(() -> writeFlatOut(stop, failure));
      writer.start();
      try {
        while (view(sync).length() < 50 << 20) {
          sync.sync(1 << 20);
        }
        assertThat(sync.checkpoint(BUSY, false, true)).isEqualTo(CheckpointOutcome.COMPLETE);
        assertThat(Files.size(sync.walPath())).isLessThan(500 << 20);
      } finally {
        stop.set(true);
        writer.join();
      }
      assertThat(failure.get()).isNull();
      syncAll(sync);
      assertThat(view(sync).generation()).isEqualTo(Generation.of(1));
      assertNothingMissing(sync);
    }
  }

  /** With a pin that has lock 0, a checkpoint sorts all frames, and then copies none. */
  @Test
  void thePinLeavesReadLockZeroOnceTheWalHasGrown() throws Exception {
    try (Connection app = connect();
        DatabaseSync sync = open()) {
      insert(app, 5000);
      syncAll(sync);
      assertThat(sync.checkpoint(BUSY, false, false)).isEqualTo(CheckpointOutcome.COMPLETE);
      insert(app, 900_000);
      syncAll(sync);
      sync.leaveFront();
      assertThat(framesThatTheApplicationCheckpoints(app)).isZero();
      insert(app, 900_000);
      syncAll(sync);
      sync.leaveFront();
      assertThat(framesThatTheApplicationCheckpoints(app)).isEqualTo(sync.frames());
      assertNothingMissing(sync);
    }
  }

  @Test
  void thePinLeavesReadLockZeroAtOnceAfterABusyIndex() throws Exception {
    try (Connection app = connect();
        DatabaseSync sync = open()) {
      insert(app, 5_000_000);
      syncAll(sync);
      assertThat(sync.checkpoint(BUSY, false, false)).isEqualTo(CheckpointOutcome.COMPLETE);
      insert(app, 5000);
      syncAll(sync);
      assertThat(framesThatTheApplicationCheckpoints(app)).isPositive();
      assertNothingMissing(sync);
    }
  }

  private static int framesThatTheApplicationCheckpoints(Connection app) throws SQLException {
    try (Statement s = app.createStatement();
        ResultSet row = s.executeQuery("PRAGMA wal_checkpoint(PASSIVE)")) {
      row.next();
      return row.getInt(3);
    }
  }

  @Test
  void anApplicationDoesNotStandStillForWhatItWroteWhileTheLockWasWaitedFor() throws Exception {
    try (Connection app = connect();
        DatabaseSync sync = open()) {
      insert(app, 5000);
      syncAll(sync);
      sync.onGap(
          gap -> {
            if (gap == Gap.BEFORE_LOCK) {
              insertUnchecked(app, 40 << 20);
              insertUnchecked(app, 40 << 20);
            }
          });
      assertThat(sync.checkpoint(BUSY, false, false)).isEqualTo(CheckpointOutcome.OUTRUN);
      insert(app, 5000); // the lock is free
      sync.onGap(gap -> {});
      assertThat(sync.checkpoint(BUSY, false, false)).isEqualTo(CheckpointOutcome.COMPLETE);
      syncAll(sync);
      assertNothingMissing(sync);
    }
  }

  @Test
  void aTransactionThatTakesItsTimeIsNotWaitedFor() throws Exception {
    try (Connection app = connect();
        DatabaseSync sync = open()) {
      insert(app, 40 << 20);
      syncAll(sync);
      run(app, "BEGIN IMMEDIATE");
      assertThat(sync.checkpoint(BUSY, false, false)).isEqualTo(CheckpointOutcome.OUTRUN);
      assertThat(sync.checkpoint(BUSY, false, true)).isEqualTo(CheckpointOutcome.OUTRUN);
      insert(app, 5000);
      run(app, "COMMIT");
      assertThat(sync.checkpoint(BUSY, false, false)).isEqualTo(CheckpointOutcome.COMPLETE);
      assertNothingMissing(sync);
    }
  }

  private void writeFlatOut(AtomicBoolean stop, AtomicReference<@Nullable Exception> failure) {
    try (Connection app = connect()) {
      run(app, "PRAGMA busy_timeout = 20000");
      while (!stop.get()) {
        insert(app, 1 << 20);
      }
    } catch (SQLException e) {
      failure.set(e);
    }
  }

  private static void insertUnchecked(Connection app, int bytes) {
    try {
      insert(app, bytes);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"PASSIVE", "FULL", "RESTART", "TRUNCATE"})
  void anApplicationThatCheckpointsCannotRestartAWalThatWasNotCopied(String mode) throws Exception {
    try (Connection app = connect();
        DatabaseSync sync = open()) {
      run(app, "PRAGMA busy_timeout=1");
      syncAll(sync);
      Random random = new Random(7);
      for (int i = 0; i < 60; i++) {
        insert(app, 1 + random.nextInt(20_000));
        try {
          run(app, "PRAGMA wal_checkpoint(" + mode + ")");
        } catch (SQLException busy) {
          // the pin is in its way: that is what it is for
        }
        if (random.nextInt(4) == 0) {
          syncAll(sync);
        }
        if (random.nextInt(10) == 0) {
          sync.checkpoint(BUSY, random.nextBoolean(), false);
        }
      }
      syncAll(sync);
      assertThat(view(sync).generation()).isEqualTo(Generation.of(1));
      assertNothingMissing(sync);
    }
  }

  @Test
  void closingLeavesTheWalSoThatTheNextStartGoesOn() throws Exception {
    try (DatabaseSync sync = open()) {
      try (Connection app = connect()) {
        insert(app, 5000);
      }
      syncAll(sync);
    }
    try (DatabaseSync sync = open();
        Connection app = connect()) {
      insert(app, 5000);
      syncAll(sync);
      assertThat(view(sync).generation()).isEqualTo(Generation.of(1));
      assertNothingMissing(sync);
    }
  }

  /** What happened between two starts, and whether the generation goes on after it. */
  private Generation afterAnAbsence(Absence absence) throws Exception {
    try (Connection app = connect()) {
      try (DatabaseSync sync = open()) {
        for (int i = 0; i < 10; i++) {
          insert(app, 5000);
        }
        syncAll(sync);
      }
      absence.happens(app);
      try (DatabaseSync sync = open()) {
        syncAll(sync);
        assertNothingMissing(sync);
        return view(sync).generation();
      }
    }
  }

  private interface Absence {
    void happens(Connection app) throws SQLException;
  }

  @Test
  void aRestartedWalWhoseOldFramesWereAllCopiedContinuesTheGeneration() throws Exception {
    assertThat(
            afterAnAbsence(
                app -> {
                  run(app, "PRAGMA wal_checkpoint(FULL)");
                  insert(app, 5000);
                }))
        .isEqualTo(Generation.of(1));
  }

  @Test
  void aRestartedWalThatStillShowsItsMissedFramesContinuesTheGeneration() throws Exception {
    assertThat(
            afterAnAbsence(
                app -> {
                  insert(app, 5000);
                  insert(app, 5000);
                  run(app, "PRAGMA wal_checkpoint(FULL)");
                  insert(app, 5000);
                }))
        .isEqualTo(Generation.of(1));
  }

  @Test
  void aRestartedWalThatWroteOverMissedFramesBeginsAGeneration() throws Exception {
    assertThat(
            afterAnAbsence(
                app -> {
                  insert(app, 5000);
                  run(app, "PRAGMA wal_checkpoint(FULL)");
                  insert(app, 500_000);
                }))
        .isEqualTo(Generation.of(2));
  }

  @Test
  void aWalThatWasRestartedTwiceBeginsAGeneration() throws Exception {
    assertThat(
            afterAnAbsence(
                app -> {
                  run(app, "PRAGMA wal_checkpoint(FULL)");
                  insert(app, 5000);
                  run(app, "PRAGMA wal_checkpoint(FULL)");
                  insert(app, 5000);
                }))
        .isEqualTo(Generation.of(2));
  }

  @Test
  void aWalThatWasCutToItsNewFramesBeginsAGeneration() throws Exception {
    assertThat(
            afterAnAbsence(
                app -> {
                  insert(app, 5000);
                  run(app, "PRAGMA journal_size_limit=0");
                  run(app, "PRAGMA wal_checkpoint(FULL)");
                  insert(app, 5000);
                }))
        .isEqualTo(Generation.of(2));
  }

  @Test
  void aTruncatedWalBeginsAGeneration() throws Exception {
    assertThat(afterAnAbsence(app -> run(app, "PRAGMA wal_checkpoint(TRUNCATE)")))
        .isEqualTo(Generation.of(2));
  }

  @Test
  void aTornTailOfTheShadowFileIsCutOffAndCopiedAgain() throws Exception {
    try (Connection app = connect()) {
      Path shadow;
      try (DatabaseSync sync = open()) {
        insert(app, 50_000);
        syncAll(sync);
        shadow = sync.shadowPath(view(sync).generation(), 0);
      }
      byte[] bytes = Files.readAllBytes(shadow);
      Files.write(shadow, Arrays.copyOf(bytes, bytes.length - 3000));
      try (DatabaseSync sync = open()) {
        assertThat(view(sync).length()).isLessThan(bytes.length - 3000);
        syncAll(sync);
        assertThat(Files.readAllBytes(shadow)).isEqualTo(bytes);
        assertThat(view(sync).generation()).isEqualTo(Generation.of(1));
      }
    }
  }

  @Test
  void frameThatFollowsFromAnotherHistoryBeginsAGeneration() throws Exception {
    try (Connection app = connect()) {
      Path shadow;
      try (DatabaseSync sync = open()) {
        insert(app, 5000);
        syncAll(sync);
        shadow = sync.shadowPath(view(sync).generation(), 0);
      }
      // As if the WAL had lost its last commit in a power cut and gone on differently.
      byte[] bytes = Files.readAllBytes(shadow);
      ByteBuffer.wrap(bytes).putInt(24, 0);
      Files.write(shadow, bytes);
      try (DatabaseSync sync = open()) {
        syncAll(sync);
        assertThat(view(sync).generation()).isEqualTo(Generation.of(2));
        assertNothingMissing(sync);
      }
    }
  }

  @Test
  void aFileThatIsNoDatabaseIsRefusedByName() throws Exception {
    Path text = Files.writeString(directory.resolve("notes.txt"), "not a database at all, no");
    assertThatThrownBy(
            () -> DatabaseSync.open(text, directory.resolve(".m2"), BUSY, () -> 1L).close())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("notes.txt")
        .hasMessageContaining("not an SQLite database");
  }

  @Test
  void aSecondHolderInTheSameProcessIsRefused() throws Exception {
    try (DatabaseSync first = open()) {
      syncAll(first);
      assertThatThrownBy(() -> open().close())
          .isInstanceOf(IOException.class)
          .hasMessageContaining("is being replicated by this process already");
    }
    open().close();
  }
}
