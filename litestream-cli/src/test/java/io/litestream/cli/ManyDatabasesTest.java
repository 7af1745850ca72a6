package io.litestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A directory of databases that are all written to once a second. The system property {@code
 * many.seconds} says how long.
 */
@Tag("long")
class ManyDatabasesTest {

  private static final int DATABASES = 500;
  private static final Duration LENGTH = Duration.ofSeconds(Long.getLong("many.seconds", 30));

  /** What one database takes too: threads are shared. */
  private static final int MOST_THREADS = 40;

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
