package io.litestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Retention by seconds, snapshots several times a second, and kill -9 in the middle of it. */
@Timeout(120)
class KilledRetentionTest {

  private static final int KILLS = 3;
  private static final long SEED = 20261125;
  private static final Duration WINDOW = Duration.ofSeconds(2);

  @TempDir Path directory;

  private final AtomicBoolean stop = new AtomicBoolean();
  private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
  private Path database;
  private ReplicaFiles replica;
  private Path config;

  @BeforeEach
  void setUp() throws Exception {
    database = directory.resolve("app.db");
    replica = new ReplicaFiles(directory.resolve("replica"));
    config =
        Files.writeString(
            directory.resolve("litestream.yml"),
            """
            dbs:
              - path: %s
                monitor-interval: 20ms
                min-checkpoint-page-count: 50
                replicas:
                  - path: %s
                    sync-interval: 20ms
                    retention: %dms
                    retention-check-interval: 50ms
                    snapshot-interval: 200ms
            """
                .formatted(database, replica.root(), WINDOW.toMillis()));
    try (Connection c = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement s = c.createStatement()) {
      s.execute("PRAGMA journal_mode=wal");
      s.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, x BLOB)");
    }
  }

  private void write() {
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

  @Test
  void whateverWasGoingOnWhenItWasKilledTheWindowRestores() throws Exception {
    Random random = new Random(SEED);
    Thread writer = new Thread(this::write);
    writer.start();
    for (int kill = 0; kill < KILLS; kill++) {
      try (LitestreamProcess process =
          LitestreamProcess.ours(directory, "replicate", "-config", config)) {
        workUntilSnapshotsGo(process);
        TimeUnit.MILLISECONDS.sleep(random.nextInt(300));
      }
      assertWindowRestores(Instant.now());
    }
    stop.set(true);
    writer.join();
    assertThat(failure.get()).isNull();
    assertThat(replica.generations()).hasSize(1);
    assertThat(replica.snapshots().size()).isLessThan(30);
  }

  /** Until the oldest snapshot, and all the segments of its index, have been deleted. */
  private void workUntilSnapshotsGo(LitestreamProcess process) throws Exception {
    process.await("a snapshot", () -> !replica.snapshots().isEmpty());
    Path oldest = replica.snapshots().get(0);
    int index = ReplicaFiles.index(oldest);
    process.await(
        "the oldest snapshot goes",
        () ->
            !Files.exists(oldest)
                && replica.segments().stream().noneMatch(s -> ReplicaFiles.index(s) <= index));
  }

  private void assertWindowRestores(Instant now) throws Exception {
    long before = 0;
    for (int step = 0; step <= 8; step++) {
      Instant moment = now.minus(WINDOW).plus(WINDOW.multipliedBy(step).dividedBy(8));
      long rows = restored(moment);
      assertThat(rows).as("rows at %s", moment).isGreaterThanOrEqualTo(before);
      before = rows;
    }
    assertThat(before).isPositive();
  }

  /** The number of rows, which have all numbers from 1 on: a prefix of the history. */
  private long restored(Instant moment) throws Exception {
    Path out = directory.resolve("restored.db");
    CommandLineRun command = new CommandLineRun(directory);
    int code = command.run("restore", "-timestamp", moment, "-o", out, "file://" + replica.root());
    assertThat(code).as("at %s: %s", moment, command.err()).isZero();
    try (Connection c = DriverManager.getConnection("jdbc:sqlite:" + out);
        Statement s = c.createStatement()) {
      assertThat(DatabasePages.only(s, "PRAGMA integrity_check")).isEqualTo("ok");
      String count = DatabasePages.only(s, "SELECT count(*) FROM t");
      assertThat(DatabasePages.only(s, "SELECT coalesce(max(id), 0) FROM t")).isEqualTo(count);
      return Long.parseLong(count);
    } finally {
      Files.delete(out);
    }
  }
}
