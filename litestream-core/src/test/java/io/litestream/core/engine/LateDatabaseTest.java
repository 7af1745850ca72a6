package io.litestream.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream.core.DatabaseOptions;
import io.litestream.core.Litestream;
import io.litestream.core.ReplicaOptions;
import io.litestream.core.ReplicaStores;
import io.litestream.core.Replication;
import io.litestream.core.ReplicationObserver;
import io.litestream.core.position.Generation;
import io.litestream.core.restore.RestoreRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A database that is made after its replication began, and that nobody looks for by himself. */
@Timeout(60)
class LateDatabaseTest {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir Path directory;

  private Path database;
  private ReplicaOptions replica;

  @BeforeEach
  void setUp() throws IOException {
    database = directory.resolve("app.db");
    replica = ReplicaOptions.of("file://" + directory.resolve("replica"));
  }

  private Replication replicate(Litestream litestream) throws IOException {
    return replicate(litestream, database, Duration.ofHours(1));
  }

  private Replication replicate(Litestream litestream, Path path, Duration monitorInterval)
      throws IOException {
    DatabaseOptions defaults = DatabaseOptions.of(path, replica);
    return litestream.replicate(
        new DatabaseOptions(
            path,
            defaults.metaPath(),
            monitorInterval,
            defaults.checkpointInterval(),
            defaults.minCheckpointPages(),
            defaults.maxCheckpointPages(),
            defaults.busyTimeout(),
            List.of(replica)));
  }

  private Connection application() throws SQLException {
    Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
    try (Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE t (n INTEGER)");
      statement.execute("INSERT INTO t VALUES (7)");
    }
    return connection;
  }

  private void assertRestorable() throws Exception {
    Path output = directory.resolve("restored.db");
    Litestream.restore(replica, RestoreRequest.of(output));
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + output);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT n FROM t")) {
      assertThat(rows.getInt(1)).isEqualTo(7);
    }
  }

  @Test
  void aSyncLooksForItFirst() throws Exception {
    try (Litestream litestream = Litestream.start()) {
      Replication replication = replicate(litestream);
      try (Connection application = application()) {
        assertThat(application.isClosed()).isFalse();
        replication.sync(PATIENCE);
        assertRestorable();
      }
    }
  }

  @Test
  void soDoesTheLastSync() throws Exception {
    try (Litestream litestream = Litestream.start()) {
      replicate(litestream);
      application().close();
    }
    assertRestorable();
  }

  @Test
  void aDatabaseThatAppearsIsLookedForAtTheMonitorInterval() throws Exception {
    Path seldom = directory.resolve("seldom.db");
    try (Litestream litestream = Litestream.start()) {
      Replication hourly = replicate(litestream, seldom, Duration.ofHours(1));
      Replication often = replicate(litestream, database, Duration.ofMillis(20));
      // Both have been looked for by now, and are not there.
      hourly.sync(PATIENCE);
      often.sync(PATIENCE);
      try (Connection first = DriverManager.getConnection("jdbc:sqlite:" + seldom);
          Statement statement = first.createStatement();
          Connection second = application()) {
        statement.execute("CREATE TABLE t (n INTEGER)");
        assertThat(second.isClosed()).isFalse();
        Wait.until("the database is found", () -> often.status().position().isPresent());
        assertThat(hourly.status().position()).isEmpty();
      }
    }
  }

  @Test
  void aDatabaseWhoseWalWasDeletedIsLookedAtAgainUntilItIsReplaced() throws Exception {
    AtomicInteger looks = new AtomicInteger();
    ReplicationObserver observer =
        new ReplicationObserver() {
          @Override
          public void onSync(Path database, long copied, Duration elapsed, boolean failed) {
            looks.incrementAndGet();
          }
        };
    application().close();
    Path replacement = Files.copy(database, directory.resolve("other.db"));
    try (Litestream litestream = Litestream.start(ReplicaStores.installed(), PATIENCE, observer)) {
      Replication replication = replicate(litestream, database, Duration.ofMillis(20));
      replication.sync(PATIENCE);
      Generation before = replication.status().position().orElseThrow().generation();
      Files.delete(directory.resolve("app.db-wal"));
      Files.deleteIfExists(directory.resolve("app.db-shm"));
      int seen = looks.get();
      Wait.until("it is looked at again", () -> looks.get() > seen + 2);
      Files.move(replacement, database, StandardCopyOption.REPLACE_EXISTING);
      Wait.until(
          "it was replaced",
          () ->
              replication
                  .status()
                  .position()
                  .filter(position -> !position.generation().equals(before))
                  .isPresent());
    }
  }

  @Test
  void aSyncHasNothingToWaitForWhileThereIsNone() throws Exception {
    try (Litestream litestream = Litestream.start()) {
      replicate(litestream).sync(PATIENCE);
    }
    assertThat(directory).isEmptyDirectory();
  }
}
