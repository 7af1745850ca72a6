package io.litestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The promise in the README: whenever the process dies, the replica holds a committed state. */
@Timeout(120)
class KillTest {

  private static final int KILLS = 4;
  private static final long SEED = 20261125;

  @TempDir Path directory;

  @Test
  void whenReplicateIsKilledTheReplicaStillRestoresAPrefixOfTheHistory() throws Exception {
    Path database = directory.resolve("app.db");
    Path replica = directory.resolve("replica");
    Random random = new Random(SEED);
    AtomicBoolean stop = new AtomicBoolean();
    AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    createTable(database);
    Thread writer = new Thread(() -> write(database, stop, failure));
    writer.start();
    long restored = 0;
    for (int kill = 0; kill < KILLS; kill++) {
      int before = objects(replica);
      try (LitestreamProcess process = replicate(database, replica)) {
        process.await(
            "there are more objects", () -> objects(replica) > before + 1 + random.nextInt(3));
      }
      long rows = restoredRows(replica, "killed-" + kill);
      assertThat(rows)
          .as("rows after kill %s, seed %s", kill, SEED)
          .isGreaterThanOrEqualTo(restored);
      restored = rows;
    }
    stop.set(true);
    writer.join();
    assertThat(failure.get()).isNull();
    try (LitestreamProcess process = replicate(database, replica)) {
      int before = objects(replica);
      process.await("there are more objects", () -> objects(replica) > before);
      process.stop();
    }
    assertThat(restoredRows(replica, "final")).isEqualTo(rows(database));
  }

  private static void createTable(Path database) throws SQLException {
    try (Connection c = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement s = c.createStatement()) {
      s.execute("PRAGMA journal_mode=wal");
      s.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, x BLOB)");
    }
  }

  private static void write(
      Path database, AtomicBoolean stop, AtomicReference<@Nullable Exception> failure) {
    try (Connection c = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement s = c.createStatement()) {
      s.execute("PRAGMA busy_timeout=5000");
      s.execute("PRAGMA synchronous=NORMAL");
      while (!stop.get()) {
        s.execute("INSERT INTO t (x) VALUES (randomblob(2000))");
        TimeUnit.MILLISECONDS.sleep(2);
      }
    } catch (SQLException | InterruptedException e) {
      failure.set(e);
    }
  }

  private LitestreamProcess replicate(Path database, Path replica) throws IOException {
    return LitestreamProcess.ours(directory, "replicate", database, "file://" + replica);
  }

  private static int objects(Path replica) throws IOException {
    ReplicaFiles files = new ReplicaFiles(replica);
    return files.snapshots().size() + files.segments().size();
  }

  private long restoredRows(Path replica, String name) throws Exception {
    Path out = directory.resolve(name + ".db");
    CommandLineRun command = new CommandLineRun(directory);
    assertThat(command.run("restore", "-o", out, "file://" + replica)).as(command.err()).isZero();
    return rows(out);
  }

  /** The number of rows, which have all numbers from 1 on: a prefix of the history. */
  private static long rows(Path database) throws SQLException {
    try (Connection c = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement s = c.createStatement()) {
      DatabasePages.assertIntact(database);
      String count = DatabasePages.only(s, "SELECT count(*) FROM t");
      assertThat(DatabasePages.only(s, "SELECT coalesce(max(id), 0) FROM t")).isEqualTo(count);
      return Long.parseLong(count);
    }
  }
}
