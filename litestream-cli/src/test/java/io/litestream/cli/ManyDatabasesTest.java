package io.litestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Many databases: written to once a second each, for so long as the system property {@code
 * many.seconds} says; and reloaded.
 */
@Tag("long")
class ManyDatabasesTest {

  private static final int DATABASES = 500;
  private static final Duration LENGTH = Duration.ofSeconds(Long.getLong("many.seconds", 30));

  /** What one database takes too: threads are shared. */
  private static final int MOST_THREADS = 40;

  /** It takes a fraction of that on an idle machine. */
  private static final Duration LONGEST_RELOAD = Duration.ofSeconds(10);

  @TempDir Path directory;

  private final List<Connection> connections = new ArrayList<>();

  private Path database(int number) {
    return directory.resolve("dbs").resolve("tenant-%03d.db".formatted(number));
  }

  private Path replica(int number) {
    return directory.resolve("replica").resolve(database(number).getFileName().toString());
  }

  private void create() throws Exception {
    Files.createDirectories(directory.resolve("dbs"));
    for (int i = 0; i < DATABASES; i++) {
      Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database(i));
      connections.add(connection);
      run(
          connection,
          "PRAGMA busy_timeout = 20000",
          "PRAGMA journal_mode = wal",
          "PRAGMA synchronous = NORMAL",
          "CREATE TABLE t (id INTEGER PRIMARY KEY, x BLOB)");
    }
  }

  private static void run(Connection connection, String... statements) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  @AfterEach
  void close() throws SQLException {
    for (Connection connection : connections) {
      connection.close();
    }
  }

  @Test
  void eachOfManyDatabasesIsRestoredAsItIs() throws Exception {
    create();
    Path config =
        Files.writeString(
            directory.resolve("litestream.yml"),
            """
            dbs:
              - dir: %s
                pattern: "*.db"
                replicas: [{path: %s}]
            """
                .formatted(directory.resolve("dbs"), directory.resolve("replica")));
    try (LitestreamProcess replicate =
        LitestreamProcess.ours(directory, "replicate", "-config", config)) {
      long end = System.nanoTime() + LENGTH.toNanos();
      for (long second = System.nanoTime(); second < end; second += 1_000_000_000) {
        for (int i = 0; i < DATABASES; i++) {
          awaitTurn(replicate, second + i * 1_000_000_000L / DATABASES);
          run(connections.get(i), "INSERT INTO t (x) VALUES (randomblob(300))");
        }
      }
      assertThat(threads(replicate.pid())).isLessThan(MOST_THREADS);
      replicate.stop();
    }
    for (int i = 0; i < DATABASES; i++) {
      Path restored = directory.resolve("restored-" + i + ".db");
      CommandLineRun command = new CommandLineRun(directory);
      assertThat(command.run("restore", "-o", restored, "file://" + replica(i)))
          .as("%s: %s", database(i), command.err())
          .isZero();
      DatabasePages.assertRestored(database(i), restored);
      Files.delete(restored);
    }
  }

  /** An entry for each database that is named. */
  private void configure(Path config, IntStream numbers, IntPredicate slower) throws IOException {
    String entries =
        numbers
            .mapToObj(
                i ->
                    "  - {path: %s, replicas: [{path: %s, sync-interval: %s}]}\n"
                        .formatted(database(i), replica(i), slower.test(i) ? "2s" : "1s"))
            .collect(Collectors.joining());
    Path next = Files.writeString(directory.resolve("next.yml"), "dbs:\n" + entries);
    Files.move(next, config, StandardCopyOption.ATOMIC_MOVE);
  }

  @Test
  void aReloadOfManyTouchesOnlyThoseThatDifferAndIsSoonOver() throws Exception {
    create();
    Path config = directory.resolve("litestream.yml");
    int last = DATABASES - 1;
    configure(config, IntStream.range(0, last), i -> false);
    try (LitestreamProcess replicate =
        LitestreamProcess.ours(directory, "replicate", "-config", config)) {
      replicate.await("all have a snapshot", () -> snapshots() == last);
      configure(config, IntStream.rangeClosed(1, last), i -> i == 1);
      long began = System.nanoTime();
      replicate.signal("HUP");
      run(connections.get(2), "INSERT INTO t (x) VALUES (randomblob(300))");
      replicate.awaitOutput("configuration reloaded");
      Duration took = Duration.ofNanos(System.nanoTime() - began);
      replicate.await("the new one has a snapshot", () -> snapshots() == DATABASES);
      replicate.stop();

      String output = replicate.output();
      assertThat(output).contains("begun=1 changed=1 ended=1");
      assertThat(took).isLessThan(LONGEST_RELOAD);
      for (int i = 0; i < DATABASES; i++) {
        String begun = "msg=\"initialized db\" path=" + database(i) + "\n";
        assertThat(output.split(begun, -1))
            .as("%s has begun so often, and once more", database(i))
            .hasSize(i == 1 ? 3 : 2);
        assertThat(new ReplicaFiles(replica(i)).generations()).as("%s", database(i)).hasSize(1);
      }
    }
  }

  private int snapshots() throws IOException {
    int count = 0;
    for (int i = 0; i < DATABASES; i++) {
      count += new ReplicaFiles(replica(i)).snapshots().size();
    }
    return count;
  }

  private static void awaitTurn(LitestreamProcess replicate, long turn) throws Exception {
    replicate.await("its turn comes", () -> System.nanoTime() - turn >= 0);
  }

  private static int threads(long pid) throws Exception {
    return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
        .filter(line -> line.startsWith("Threads:"))
        .mapToInt(line -> Integer.parseInt(line.substring(8).strip()))
        .findFirst()
        .orElseThrow();
  }
}
