package io.litestream.example;

import io.litestream.core.DatabaseOptions;
import io.litestream.core.DatabaseStatus;
import io.litestream.core.Litestream;
import io.litestream.core.ReplicaOptions;
import io.litestream.core.Replication;
import io.litestream.core.restore.RestoreRequest;
import io.litestream.core.restore.RestoreResult;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/**
 * Litestream inside an application: it replicates the application's database while that is in use,
 * tells how far it got, and restores it. README.md shows parts of this.
 */
public final class EmbeddedReplication {

  private EmbeddedReplication() {}

  /**
   * Replicates and restores.
   *
   * @param args the database, the URL of its replica, and where it is to be restored
   */
  public static void main(String[] args) throws Exception {
    Path database = Path.of(args[0]);
    replicate(database, args[1]);
    restore(args[1], Path.of(args[2]));
  }

  static void replicate(Path database, String url)
      throws IOException, SQLException, InterruptedException {
    try (Litestream litestream = Litestream.start()) {
      Replication replication =
          litestream.replicate(DatabaseOptions.of(database, ReplicaOptions.of(url)));

      runApplication(database); // commits as ever, and need not know

      replication.sync(Duration.ofSeconds(10)); // what was committed until here is in the replica
      for (DatabaseStatus.Replica replica : replication.status().replicas()) {
        System.out.printf(
            "replica %s is at %s, %d bytes behind%n",
            replica.name(), replica.position().orElseThrow(), replica.lagBytes());
      }
    } // with a last sync
  }

  static void restore(String url, Path output) throws IOException, InterruptedException {
    RestoreResult result = Litestream.restore(ReplicaOptions.of(url), RestoreRequest.of(output));
    System.out.printf("restored %d bytes in %s%n", result.databaseBytes(), result.elapsed());
  }

  private static void runApplication(Path database) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA busy_timeout = 5000");
      statement.execute("CREATE TABLE IF NOT EXISTS event (id INTEGER PRIMARY KEY, at TEXT)");
      for (int i = 0; i < 100; i++) {
        statement.execute("INSERT INTO event (at) VALUES (datetime('now'))");
      }
    }
  }
}
