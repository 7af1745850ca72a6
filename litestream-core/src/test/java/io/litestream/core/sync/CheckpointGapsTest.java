package io.litestream.core.sync;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever an application does between the steps of a checkpoint, the shadow WAL has every frame:
 * played over the database as it was at the beginning, it gives the database as it is at the end.
 */
class CheckpointGapsTest {

  private static final Duration BUSY = Duration.ofSeconds(1);

  /** What an application does in a gap. Where it is refused for a lock, it goes on. */
  private static final List<List<String>> ACTIONS =
      List.of(
          List.of("INSERT INTO t (x) VALUES (randomblob(3000))"),
          List.of("INSERT INTO t (x) VALUES (randomblob(900000))"),
          List.of("PRAGMA wal_checkpoint(PASSIVE)"),
          List.of(
              "PRAGMA wal_checkpoint(PASSIVE)", "INSERT INTO t (x) VALUES (randomblob(900000))"),
          List.of("PRAGMA wal_checkpoint(FULL)", "INSERT INTO t (x) VALUES (randomblob(900000))"),
          List.of(
              "PRAGMA wal_checkpoint(RESTART)", "INSERT INTO t (x) VALUES (randomblob(900000))"),
          List.of("INSERT INTO t (x) VALUES (randomblob(9))", "PRAGMA wal_checkpoint(TRUNCATE)"),
          List.of(
              "INSERT INTO t (x) VALUES (randomblob(3000))",
              "PRAGMA wal_checkpoint(FULL)",
              "INSERT INTO t (x) VALUES (randomblob(900000))",
              "PRAGMA wal_checkpoint(RESTART)",
              "INSERT INTO t (x) VALUES (randomblob(900000))"),
          List.of("DELETE FROM t WHERE id % 2 = 0", "PRAGMA wal_checkpoint(PASSIVE)"),
          List.of("BEGIN", "INSERT INTO t (x) VALUES (randomblob(900000))", "ROLLBACK"),
          List.of("VACUUM"));

  @TempDir Path directory;

  private final AtomicLong generations = new AtomicLong(1);

  private static Connection connect(Path database) throws SQLException {
    Connection c = DriverManager.getConnection("jdbc:sqlite:" + database);
    run(c, "PRAGMA journal_mode=wal");
    run(c, "PRAGMA wal_autocheckpoint=0");
    run(c, "PRAGMA synchronous=off");
    run(c, "PRAGMA busy_timeout=1");
    return c;
  }

  private static void run(Connection c, String sql) throws SQLException {
    try (Statement s = c.createStatement()) {
      s.execute(sql);
    }
  }

  private static void tryRun(Connection c, String sql) {
    try {
      run(c, sql);
    } catch (SQLException busy) {
      assertThat(busy.getMessage()).contains("SQLITE_BUSY");
    }
  }

  private DatabaseSync open(Path database) throws IOException {
    return DatabaseSync.open(
        database,
        database.resolveSibling("." + database.getFileName() + "-meta"),
        BUSY,
        generations::getAndIncrement);
  }

  /** A database whose WAL is empty, and a copy of its file. */
  private Path create(String name) throws SQLException, IOException {
    Path database = directory.resolve(name + ".db");
    try (Connection c = connect(database)) {
      run(c, "CREATE TABLE t (id INTEGER PRIMARY KEY, x BLOB)");
      run(c, "CREATE TABLE _litestream_seq (id INTEGER PRIMARY KEY, seq INTEGER)");
      run(c, "CREATE TABLE _litestream_lock (id INTEGER)");
    }
    Files.copy(database, copyOf(database));
    return database;
  }

  private static Path copyOf(Path database) {
    return database.resolveSibling(database.getFileName() + ".before");
  }

  @ParameterizedTest
  @EnumSource(Gap.class)
  void noFrameIsLostWhateverHappensInAGap(Gap gap) throws Exception {
    for (int i = 0; i < ACTIONS.size(); i++) {
      List<String> actions = ACTIONS.get(i);
      Path database = create(gap + "-" + i);
      generations.set(1);
      DatabaseSync sync;
      try (Connection app = connect(database)) {
        sync = open(database);
        run(app, "INSERT INTO t (x) VALUES (randomblob(200000))");
        sync.sync(Long.MAX_VALUE);
        sync.onGap(
            now -> {
              if (now == gap) {
                actions.forEach(sql -> tryRun(app, sql));
              }
            });
        sync.checkpoint(Duration.ofMillis(2), false, false);
        tryRun(app, "INSERT INTO t (x) VALUES (randomblob(700000))");
        sync.sync(Long.MAX_VALUE);
        sync.checkpoint(Duration.ofMillis(2), true, false);
        sync.onGap(now -> {});
        run(app, "INSERT INTO t (x) VALUES (randomblob(3000))");
        sync.checkpoint(BUSY, false, false);
        sync.sync(Long.MAX_VALUE);
        assertNothingIsMissing(sync, database, gap + " " + actions);
        sync.close();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void noFrameIsLostWhateverHappensInAllGaps(long seed) throws Exception {
    Random random = new Random(seed);
    Path database = create("seed" + seed);
    try (Connection app = connect(database);
        Connection other = connect(database);
        DatabaseSync sync = open(database)) {
      sync.onGap(
          gap -> {
            if (random.nextInt(3) == 0) {
              List<String> actions = ACTIONS.get(random.nextInt(ACTIONS.size()));
              Connection who = random.nextBoolean() ? app : other;
              actions.forEach(sql -> tryRun(who, sql));
            }
          });
      for (int i = 0; i < 40; i++) {
        sync.sync(1 << 16);
        sync.checkpoint(Duration.ofMillis(2), random.nextBoolean(), random.nextBoolean());
        if (random.nextBoolean()) {
          sync.leaveFront(1);
        }
      }
      sync.onGap(gap -> {});
      sync.sync(Long.MAX_VALUE);
      assertNothingIsMissing(sync, database, "seed " + seed);
    }
  }

  @Test
  void aRestartUnderThePinIsKnownToBeCompleteHoweverFarTheNewFramesReach() throws Exception {
    Path database = create("restart");
    try (Connection app = connect(database);
        DatabaseSync sync = open(database)) {
      run(app, "INSERT INTO t (x) VALUES (randomblob(9000))");
      sync.sync(Long.MAX_VALUE);
      sync.onGap(
          gap -> {
            if (gap == Gap.BEFORE_PIN) {
              tryRun(app, "PRAGMA wal_checkpoint(PASSIVE)"); // all of it: the next pin has no mark
            } else if (gap == Gap.PINNED) {
              tryRun(app, "INSERT INTO t (x) VALUES (randomblob(900000))");
            }
          });
      sync.checkpoint(BUSY, false, false);
      sync.onGap(gap -> {});
      sync.sync(Long.MAX_VALUE);
      assertNothingIsMissing(sync, database, "restart");
    }
  }

  /**
   * The one gap where a restart can be shown by nothing: an emptied WAL, begun by a connection that
   * has never checkpointed, has random salts. The gap lasts for less than a millisecond.
   */
  @Test
  void aWalThatWasEmptiedBetweenUnlockingAndRestartingBeginsAGeneration() throws Exception {
    Path database = create("emptied");
    try (Connection app = connect(database);
        DatabaseSync sync = open(database)) {
      run(app, "INSERT INTO t (x) VALUES (randomblob(9000))");
      sync.sync(Long.MAX_VALUE);
      sync.onGap(
          gap -> {
            if (gap == Gap.UNLOCKED) {
              tryRun(app, "PRAGMA wal_checkpoint(TRUNCATE)");
            }
          });
      sync.checkpoint(BUSY, false, false);
      assertThat(sync.view().orElseThrow().generation()).isEqualTo(Generation.of(2));
    }
  }

  private void assertNothingIsMissing(DatabaseSync sync, Path database, String what)
      throws IOException, SQLException {
    ShadowView view = sync.view().orElseThrow();
    assertThat(view.generation()).as(what).isEqualTo(Generation.of(1));
    List<byte[]> pages = new ArrayList<>();
    byte[] before = Files.readAllBytes(copyOf(database));
    for (int at = 0; at < before.length; at += view.pageSize()) {
      pages.add(Arrays.copyOfRange(before, at, at + view.pageSize()));
    }
    for (int index = 0; index <= view.index(); index++) {
      play(Files.readAllBytes(sync.shadowPath(view.generation(), index)), pages, what);
    }
    sync.close(); // the pin would be in the way
    try (Connection c = connect(database)) {
      run(c, "PRAGMA busy_timeout=5000");
      run(c, "PRAGMA wal_checkpoint(TRUNCATE)");
      byte[] after = Files.readAllBytes(database);
      assertThat(pages).as(what).hasSize(after.length / view.pageSize());
      for (int i = 0; i < pages.size(); i++) {
        int at = i * view.pageSize();
        assertThat(pages.get(i))
            .as("%s: page %s", what, i + 1)
            .isEqualTo(Arrays.copyOfRange(after, at, at + view.pageSize()));
      }
    }
  }

  /** Writes the frames of one index over pages, as a restore would. */
  private static void play(byte[] shadow, List<byte[]> pages, String what) {
    WalHeader header = WalHeader.parse(Arrays.copyOf(shadow, WalHeader.SIZE)).orElseThrow();
    FrameScanner scanner = FrameScanner.fromStart(header);
    scanner.scan(shadow, WalHeader.SIZE, shadow.length - WalHeader.SIZE);
    assertThat(scanner.committedOffset()).as(what).isEqualTo(shadow.length);
    ByteBuffer frames = ByteBuffer.wrap(shadow);
    for (int at = WalHeader.SIZE; at < shadow.length; at += header.frameSize()) {
      int page = frames.getInt(at);
      int commit = frames.getInt(at + 4);
      int from = at + WalHeader.FRAME_HEADER_SIZE;
      while (pages.size() < page) {
        pages.add(new byte[header.pageSize()]);
      }
      pages.set(page - 1, Arrays.copyOfRange(shadow, from, from + header.pageSize()));
      while (commit > 0 && pages.size() > commit) {
        pages.remove(pages.size() - 1);
      }
    }
  }
}
