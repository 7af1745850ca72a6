package io.litestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
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
      Process process = replicate(database, replica);
      await(process, () -> objects(replica) > before + 1 + random.nextInt(3));
      process.destroyForcibly().waitFor();
      long rows = restoredRows(replica, "killed-" + kill);
      assertThat(rows)
          .as("rows after kill %s, seed %s", kill, SEED)
          .isGreaterThanOrEqualTo(restored);
      restored = rows;
    }
    stop.set(true);
    writer.join();
    assertThat(failure.get()).isNull();
    Process process = replicate(database, replica);
    int before = objects(replica);
    await(process, () -> objects(replica) > before);
    process.destroy();
    assertThat(process.waitFor(40, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
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

  private static Process replicate(Path database, Path replica) throws IOException {
    return new ProcessBuilder(
            System.getProperty("java.home") + "/bin/java",
            "-Xmx128m",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            "io.litestream.cli.Main",
            "replicate",
            database.toString(),
            "file://" + replica)
        .redirectErrorStream(true)
        .redirectOutput(new File("/dev/null"))
        .start();
  }

  private interface Condition {
    boolean holds() throws IOException;
  }

  private static void await(Process process, Condition condition) throws Exception {
    while (!condition.holds()) {
      assertThat(process.isAlive()).as("replicate runs on").isTrue();
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  private static int objects(Path replica) throws IOException {
    if (!Files.isDirectory(replica)) {
      return 0;
    }
    try (var files = Files.walk(replica)) {
      return (int) files.filter(file -> file.toString().endsWith(".lz4")).count();
    } catch (UncheckedIOException e) {
      return 0; // a temporary file was renamed meanwhile; the caller looks again
    }
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
      assertThat(only(s, "PRAGMA integrity_check")).isEqualTo("ok");
      String count = only(s, "SELECT count(*) FROM t");
      assertThat(only(s, "SELECT coalesce(max(id), 0) FROM t")).isEqualTo(count);
      return Long.parseLong(count);
    }
  }

  private static String only(Statement statement, String sql) throws SQLException {
    try (ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }
}
