package io.litestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What has been committed is in the replica, whatever the application does then or we are told. */
@Timeout(180)
class LastSyncTest {

  private static final Duration SOON = Duration.ofSeconds(2);

  @TempDir Path directory;

  private Path database;
  private String url;
  private ReplicaFiles replica;

  @BeforeEach
  void makeDatabase() throws SQLException {
    database = directory.resolve("app.db");
    replica = new ReplicaFiles(directory.resolve("replica"));
    url = "file://" + replica.root();
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA journal_mode = wal");
      statement.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, x BLOB)");
    }
  }

  private LitestreamProcess replicate() throws Exception {
    LitestreamProcess replicate = LitestreamProcess.ours(directory, "replicate", database, url);
    replicate.await("there is a snapshot", () -> !replica.snapshots().isEmpty());
    return replicate;
  }

  private Path restore() throws IOException {
    Path output = directory.resolve("restored-" + System.nanoTime() + ".db");
    CommandLineRun restore = new CommandLineRun(directory);
    assertThat(restore.run("restore", "-o", output, url)).as(restore.err()).isZero();
    return output;
  }

  private void assertASignalAfterABurstLosesNothing(int bytes) throws Exception {
    try (LitestreamProcess replicate = replicate()) {
      Process writer =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-XX:+UseSerialGC",
                  "-cp",
                  System.getProperty("java.class.path"),
                  BurstWriter.class.getName(),
                  database.toString(),
                  String.valueOf(bytes))
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      try {
        assertThat(writer.inputReader().readLine()).isEqualTo("committed");

        replicate.stop();

        DatabasePages.assertRestored(database, restore());
        assertThat(replica.generations()).hasSize(1);
      } finally {
        writer.outputWriter().close();
        if (!writer.waitFor(20, TimeUnit.SECONDS)) {
          writer.destroyForcibly();
        }
      }
    }
  }

  @Test
  void aSignalStraightAfterABurstLosesNothing() throws Exception {
    assertASignalAfterABurstLosesNothing(20_000_000);
  }

  @Test
  @Tag("long")
  void aSignalStraightAfterALargeBurstLosesNothing() throws Exception {
    assertASignalAfterABurstLosesNothing(200_000_000);
  }

  @Test
  void whatWasCommittedGoesOutWhileTheApplicationHoldsTheWriteLock() throws Exception {
    try (LitestreamProcess replicate = replicate();
        Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement statement = connection.createStatement()) {
      // More than what calls for a checkpoint, which needs the lock.
      statement.execute(
          "WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < 1500)"
              + " INSERT INTO t SELECT n, randomblob(4000) FROM i");
      statement.execute("BEGIN IMMEDIATE");
      statement.execute("INSERT INTO t VALUES (-1, 'not committed')");
      long deadline = System.nanoTime() + SOON.toNanos();
      while (rows() < 1500) {
        assertThat(System.nanoTime()).as("within %s", SOON).isLessThan(deadline);
      }

      replicate.stop();
      assertThat(rows()).isEqualTo(1500);
      statement.execute("ROLLBACK");
    }
  }

  @Test
  void aSignalWhileReplicationBeginsLosesNothing() throws Exception {
    StringBuilder config = new StringBuilder("dbs:\n");
    List<ReplicaFiles> replicas = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      Path each = directory.resolve(i + ".db");
      replicas.add(new ReplicaFiles(directory.resolve("replica-" + i)));
      try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + each);
          Statement statement = connection.createStatement()) {
        statement.execute("PRAGMA journal_mode = wal");
        statement.execute("CREATE TABLE t (x)");
      }
      config.append(
          "  - {path: " + each + ", replicas: [{path: " + replicas.get(i).root() + "}]}\n");
    }
    Path file = Files.writeString(directory.resolve("litestream.yml"), config);
    try (LitestreamProcess replicate =
        LitestreamProcess.ours(directory, "replicate", "-config", file)) {
      replicate.awaitOutput("initialized db");
      replicate.stop();
    }
    for (ReplicaFiles each : replicas) {
      assertThat(each.snapshots()).as(each.root().toString()).hasSize(1);
    }
  }

  /** How many rows a restore gives now. */
  private int rows() throws Exception {
    Path restored = restore();
    int rows = SampleReplica.rows(restored);
    Files.delete(restored);
    return rows;
  }
}
