package io.litestream.replica.sftp;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream.core.DatabaseOptions;
import io.litestream.core.Litestream;
import io.litestream.core.ReplicaOptions;
import io.litestream.core.ReplicaStores;
import io.litestream.core.Replication;
import io.litestream.core.replica.ReplicaReader;
import io.litestream.core.restore.RestorePlan;
import io.litestream.core.restore.RestoreProgress;
import io.litestream.core.restore.RestoreRequest;
import io.litestream.core.restore.Restorer;
import io.litestream.spi.ReplicaStore;
import io.litestream.spi.RequestObserver;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The main job over SFTP: replicate, lose the machine, restore. */
@Timeout(120)
class SftpReplicationTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path directory;
  private Path database;
  private SftpUnderTest server;
  private Connection application;

  @BeforeEach
  void start() throws IOException, SQLException {
    database = directory.resolve("app.db");
    server = new SftpUnderTest(OnMina.running(), directory);
    application = DriverManager.getConnection("jdbc:sqlite:" + database);
    execute("PRAGMA journal_mode=wal");
    execute("CREATE TABLE t (id INTEGER PRIMARY KEY, x BLOB)");
  }

  @AfterEach
  void stop() throws IOException, SQLException {
    application.close();
    server.close();
  }

  private void execute(String sql) throws SQLException {
    try (Statement statement = application.createStatement()) {
      statement.execute(sql);
    }
  }

  private ReplicaOptions replica() {
    return new ReplicaOptions("sftp", "sftp", server.settings(), Duration.ofMillis(200));
  }

  private void replicateThroughCuts() throws Exception {
    try (Litestream litestream = Litestream.start()) {
      Replication replication = litestream.replicate(DatabaseOptions.of(database, replica()));
      for (int i = 0; i < 5; i++) {
        execute("INSERT INTO t (x) VALUES (randomblob(50000))");
        replication.sync(PATIENCE);
        server.tcp().resetConnections();
        execute("INSERT INTO t (x) VALUES (randomblob(50000))");
      }
      replication.sync(PATIENCE);
    }
  }

  private Path restore(String name) throws IOException, InterruptedException {
    ReplicaOptions replica = replica();
    try (ReplicaStore store = ReplicaStores.installed().open(replica, RequestObserver.NONE)) {
      RestoreRequest request = RestoreRequest.of(directory.resolve(name));
      RestorePlan plan = Restorer.plan(List.of(new ReplicaReader(replica.name(), store)), request);
      Restorer.restore(plan, request, RestoreProgress.NONE);
      return directory.resolve(name);
    }
  }

  private static String fingerprint(Path file) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT count(*) || ' ' || coalesce(group_concat(hex(substr(x, 1, 8))), '')"
                    + " FROM (SELECT x FROM t ORDER BY id)")) {
      rows.next();
      return rows.getString(1);
    }
  }

  @Test
  void whatWasReplicatedThroughLostConnectionsIsRestored() throws Exception {
    replicateThroughCuts();
    assertThat(fingerprint(restore("restored.db"))).isEqualTo(fingerprint(database));
    assertThat(server.leftovers()).isEmpty();
  }

  @Test
  void replicationGoesOnAfterARestart() throws Exception {
    replicateThroughCuts();
    replicateThroughCuts();
    assertThat(fingerprint(restore("restored.db"))).isEqualTo(fingerprint(database));
  }
}
