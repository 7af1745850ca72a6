package io.litestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream.testkit.HttpFault;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What goes wrong in a year, in minutes: a writer that never rests, kill -9, a store that fails one
 * request in fifty, snapshots, retention and restore drills all the time. With the system property
 * {@code soak.seconds} at 1800 there is a snapshot a minute, a kill every other one, and a window
 * of five.
 */
@Tag("long")
class SoakTest {

  private static final Duration LENGTH = Duration.ofSeconds(Long.getLong("soak.seconds", 90));
  private static final Duration WINDOW = LENGTH.dividedBy(6);
  private static final Duration BETWEEN_SNAPSHOTS = LENGTH.dividedBy(30);
  private static final Duration BETWEEN_KILLS = LENGTH.dividedBy(15);
  private static final int ONE_IN = 50;
  private static final int KEPT_ROWS = 500;
  private static final int MOMENTS = 20;
  private static final Pattern CREATED = Pattern.compile("\"created\" *: *\"([^\"]+)\"");

  @TempDir Path directory;

  private final AtomicBoolean stop = new AtomicBoolean();
  private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
  private Path database = Path.of("");
  private Path config = Path.of("");
  private int drills;

  /** A row more with each commit, of which some hundred are kept, and how many there were. */
  private void write() {
    try (Connection c = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement s = c.createStatement()) {
      s.execute("PRAGMA busy_timeout=20000");
      s.execute("PRAGMA synchronous=NORMAL");
      for (int row = 1; !stop.get(); row++) {
        s.execute("BEGIN IMMEDIATE");
        s.execute("INSERT INTO t VALUES (" + row + ", randomblob(" + row % 40 * 100 + "))");
        s.execute("UPDATE state SET last = " + row);
        s.execute("DELETE FROM t WHERE id <= " + (row - KEPT_ROWS));
        s.execute("COMMIT");
        // So fast that what half an hour's window keeps has room in this process.
        TimeUnit.MILLISECONDS.sleep(20);
      }
    } catch (SQLException | InterruptedException e) {
      failure.set(e);
    }
  }

  private static long last(Path database) throws SQLException {
    try (Connection c = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement s = c.createStatement()) {
      return Long.parseLong(DatabasePages.only(s, "SELECT last FROM state"));
    }
  }

  private void begin(S3Server server) throws Exception {
    database = directory.resolve("app.db");
    config =
        Files.writeString(
            directory.resolve("litestream.yml"),
            """
            dbs:
              - path: %s
                min-checkpoint-page-count: 200
                replicas:
                  - %s
            """
                .formatted(
                    database,
                    server.replica(
                        """
                        , retention: %dms, retention-check-interval: %dms, \
                        snapshot-interval: %dms, validation-interval: %dms"""
                            .formatted(
                                WINDOW.toMillis(),
                                BETWEEN_SNAPSHOTS.toMillis(),
                                BETWEEN_SNAPSHOTS.toMillis(),
                                BETWEEN_SNAPSHOTS.toMillis()))));
    try (Connection c = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement s = c.createStatement()) {
      s.execute("PRAGMA journal_mode=wal");
      s.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, x BLOB)");
      s.execute("CREATE TABLE state (last INTEGER)");
      s.execute("INSERT INTO state VALUES (0)");
    }
  }

  @Test
  void whateverHappenedEveryMomentOfTheWindowRestoresAndVerifiesAndNothingOlderIsLeft()
      throws Exception {
    try (S3Server server = S3Server.start()) {
      begin(server);
      server.proxy().onEach(request -> request.number() % ONE_IN == 0, HttpFault.answer(500));
      Thread writer = new Thread(this::write);
      Instant half = Instant.now().plus(LENGTH.dividedBy(2));
      Instant end = Instant.now().plus(LENGTH);
      writer.start();
      while (Instant.now().isBefore(end)) {
        try (LitestreamProcess process = replicate()) {
          Instant kill = Instant.now().plus(BETWEEN_KILLS);
          process.await(
              "it is to be killed", Duration.ofHours(1), () -> Instant.now().isAfter(kill));
          countDrills(process);
        }
        server.proxy().clearRequests();
      }
      try (LitestreamProcess process = replicate()) {
        Instant passes = Instant.now().plus(BETWEEN_SNAPSHOTS.multipliedBy(3));
        process.await(
            "some passes of retention are through",
            Duration.ofHours(1),
            () -> Instant.now().isAfter(passes));
        process.awaitOutput("restore drill passed");
        stop.set(true);
        writer.join();
        process.stop();
        countDrills(process);
      }
      assertThat(failure.get()).isNull();
      assertThat(drills).isPositive();

      assertVerifies();
      assertWindowRestores(Instant.now());
      assertThat(oldest("snapshots")).isAfter(half);
      assertThat(oldest("wal")).isAfter(half);
    }
  }

  private void countDrills(LitestreamProcess process) throws Exception {
    String output = process.output();
    assertThat(output).doesNotContain("restore drill failed");
    drills += output.split("restore drill passed", -1).length - 1;
  }

  private LitestreamProcess replicate() throws Exception {
    return LitestreamProcess.ours(directory, "replicate", "-config", config);
  }

  private void assertVerifies() {
    CommandLineRun command = new CommandLineRun(directory);
    assertThat(command.run("verify", "-config", config, database))
        .as("%s%s", command.out(), command.err())
        .isZero();
  }

  private void assertWindowRestores(Instant now) throws Exception {
    long before = 0;
    for (int step = 0; step <= MOMENTS; step++) {
      Instant moment = now.minus(WINDOW).plus(WINDOW.multipliedBy(step).dividedBy(MOMENTS));
      long last = restored(moment);
      assertThat(last).as("commits at %s", moment).isGreaterThanOrEqualTo(before);
      before = last;
    }
    assertThat(before).isEqualTo(last(database));
  }

  /** How many commits there had been; exactly what they left is in the database. */
  private long restored(Instant moment) throws Exception {
    Path out = directory.resolve("restored.db");
    CommandLineRun command = new CommandLineRun(directory);
    int code = command.run("restore", "-config", config, "-timestamp", moment, "-o", out, database);
    assertThat(code).as("at %s: %s", moment, command.err()).isZero();
    DatabasePages.assertIntact(out);
    try (Connection c = DriverManager.getConnection("jdbc:sqlite:" + out);
        Statement s = c.createStatement()) {
      long last = Long.parseLong(DatabasePages.only(s, "SELECT last FROM state"));
      assertThat(DatabasePages.only(s, "SELECT count(*) FROM t"))
          .isEqualTo(Long.toString(Math.min(last, KEPT_ROWS)));
      assertThat(DatabasePages.only(s, "SELECT coalesce(max(id), 0) FROM t"))
          .isEqualTo(Long.toString(last));
      return last;
    } finally {
      Files.delete(out);
    }
  }

  private Instant oldest(String listing) {
    CommandLineRun command = new CommandLineRun(directory).at(Clock.systemUTC());
    assertThat(command.run(listing, "-json", "-config", config, database))
        .as(command.err())
        .isZero();
    return CREATED
        .matcher(command.out())
        .results()
        .map(created -> Instant.parse(created.group(1)))
        .min(Instant::compareTo)
        .orElseThrow();
  }
}
