package io.litestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream.cli.output.JsonTree;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two processes, two databases, one replica: what they do, and what an operator sees. */
@Timeout(120)
class LeaseTest {

  private static final Pattern ADDRESS = Pattern.compile("url=(http://[0-9.:]+)/metrics");

  @TempDir Path directory;

  private final HttpClient client = HttpClient.newHttpClient();
  private ReplicaFiles replica;

  @BeforeEach
  void makeDatabases() throws SQLException {
    replica = new ReplicaFiles(directory.resolve("replica"));
    insert("one");
    insert("two");
  }

  private Path database(String name) {
    return directory.resolve(name + ".db");
  }

  private void insert(String name) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database(name));
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA busy_timeout = 10000");
      statement.execute("PRAGMA journal_mode = wal");
      statement.execute("CREATE TABLE IF NOT EXISTS t (x)");
      statement.execute("INSERT INTO t VALUES (1)");
    }
  }

  private LitestreamProcess replicate(String name) throws IOException {
    Path config =
        Files.writeString(
            directory.resolve(name + ".yml"),
            """
            addr: 127.0.0.1:0
            max-lag: 1s
            check-on-start: false
            dbs:
              - path: %s
                monitor-interval: 50ms
                replicas: [{path: %s, sync-interval: 20ms, lease: required, lease-ttl: 2s}]
            """
                .formatted(database(name), replica.root()));
    return LitestreamProcess.ours(directory, "replicate", "-config", config);
  }

  private HttpResponse<String> get(LitestreamProcess process, String path) throws Exception {
    process.awaitOutput("serving metrics on");
    Matcher address = ADDRESS.matcher(process.output());
    assertThat(address.find()).isTrue();
    return client.send(
        HttpRequest.newBuilder(URI.create(address.group(1) + path)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private JsonTree status(LitestreamProcess process) throws Exception {
    return JsonTree.parse(get(process, "/api/status").body())
        .objects("databases")
        .get(0)
        .objects("replicas")
        .get(0);
  }

  private static boolean holds(JsonTree replica) {
    return replica.object("lease").orElseThrow().isTrue("held");
  }

  @Test
  void oneWritesAndTheOtherSaysWhyNotUntilTheFirstIsDead() throws Exception {
    try (LitestreamProcess first = replicate("one");
        LitestreamProcess second = replicate("two")) {
      LitestreamProcess holder = awaitHolder(first, second);
      LitestreamProcess other = holder == first ? second : first;
      String othersDatabase = other == first ? "one" : "two";
      holder.await("it has a snapshot", () -> !replica.snapshots().isEmpty());
      insert(othersDatabase);

      other.awaitOutput("level=WARN msg=\"lease is held by another writer");
      other.await("it is unhealthy", () -> get(other, "/healthz").statusCode() == 503);
      assertThat(get(other, "/healthz").body()).contains("the lease is held by another writer");
      assertThat(get(other, "/metrics").body())
          .containsPattern("litestream_replica_lease_held\\{[^}]*\\} 0\\.0");
      JsonTree seen = status(other);
      assertThat(seen.text("error").orElseThrow())
          .contains("the lease is held by another writer")
          .endsWith(":" + holder.pid());
      assertThat(seen.object("lease").orElseThrow().text("holder").orElseThrow())
          .endsWith(":" + holder.pid());
      assertThat(get(holder, "/healthz").statusCode()).isEqualTo(200);
      assertThat(get(holder, "/metrics").body())
          .containsPattern("litestream_replica_lease_held\\{[^}]*\\} 1\\.0");
      assertThat(holds(status(holder))).isTrue();
      assertThat(replica.generations()).hasSize(1);

      holder.signal("KILL");
      other.await("it holds the lease", () -> holds(status(other)));
      other.awaitOutput("msg=\"lease acquired\"");
      other.await("it writes", () -> replica.generations().size() == 2);
      other.await("it is healthy", () -> get(other, "/healthz").statusCode() == 200);
      other.stop();
    }
    Path restored = directory.resolve("restored.db");
    CommandLineRun restore = new CommandLineRun(directory);
    assertThat(restore.run("restore", "-o", restored, "file://" + replica.root()))
        .as(restore.err())
        .isZero();
    assertThat(SampleReplica.rows(restored)).isEqualTo(2);
  }

  private LitestreamProcess awaitHolder(LitestreamProcess first, LitestreamProcess second)
      throws Exception {
    first.await("one of them holds it", () -> holds(status(first)) || holds(status(second)));
    return holds(status(first)) ? first : second;
  }

  @Test
  void aLeaseThatCannotBeRenewedShowsEverywhereUntilItCan() throws Exception {
    Path epochs = replica.root().resolve("lease");
    Path away = replica.root().resolveSibling("away");
    try (LitestreamProcess process = replicate("one")) {
      process.await("it has a snapshot", () -> !replica.snapshots().isEmpty());
      Files.move(epochs, away);
      Files.writeString(epochs, "in the way");
      process.awaitOutput("msg=\"lease cannot be taken or renewed\"");
      process.awaitOutput("msg=\"lease ran out; nothing is written until it is held again\"");
      insert("one");

      process.await("it is unhealthy", () -> get(process, "/healthz").statusCode() == 503);
      assertThat(get(process, "/metrics").body())
          .containsPattern("litestream_replica_lease_held\\{[^}]*\\} 0\\.0");
      assertThat(holds(status(process))).isFalse();
      assertThat(status(process).text("error")).isPresent();

      Files.delete(epochs);
      Files.move(away, epochs);
      process.await("it holds it again", () -> holds(status(process)));
      process.await("it is healthy", () -> get(process, "/healthz").statusCode() == 200);
      process.stop();
    }
    assertThat(replica.generations()).hasSize(1);
  }

  @Test
  void aRestartGoesOnAtOnceInTheSameGeneration() throws Exception {
    try (LitestreamProcess first = replicate("one")) {
      first.await("it has a snapshot", () -> !replica.snapshots().isEmpty());
      first.signal("KILL");
      assertThat(first.exitCode()).isNotZero();
    }
    int before = replica.segments().size();
    try (LitestreamProcess second = replicate("one")) {
      second.awaitOutput("msg=\"lease acquired\"");
      insert("one");
      second.await("it writes", () -> replica.segments().size() > before);
      assertThat(second.output()).doesNotContain("held by another writer");
    }
    assertThat(replica.generations()).hasSize(1);
  }
}
