package io.litestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream.cli.output.JsonTree;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/** Each other's commands on a control socket: those of Litestream v0.5 on ours, and ours on its. */
@Timeout(120)
@EnabledIfEnvironmentVariable(
    named = PeerControlTest.PEER,
    matches = ".+",
    disabledReason = "LITESTREAM_PEER_V05 does not name Litestream v0.5's executable")
class PeerControlTest {

  static final String PEER = "LITESTREAM_PEER_V05";

  @TempDir Path directory;

  private Path socket;
  private Path config;

  @BeforeEach
  void configure() throws Exception {
    socket = directory.resolve("l.sock");
    insert("a");
    config =
        Files.writeString(
            directory.resolve("litestream.yml"),
            """
            socket: {enabled: true, path: %s}
            dbs: [{path: %s, monitor-interval: 50ms, replicas: [{path: %s, sync-interval: 1h}]}]
            """
                .formatted(socket, database("a"), replica("a")));
  }

  private Path database(String name) {
    return directory.resolve(name + ".db");
  }

  private Path replica(String name) {
    return directory.resolve("replica-" + name);
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

  private enum Client {
    PEER {
      @Override
      List<String> command() {
        return List.of(System.getenv(PeerControlTest.PEER));
      }
    },
    OURS {
      @Override
      List<String> command() {
        return LitestreamProcess.command();
      }
    };

    abstract List<String> command();
  }

  private String run(Client client, int code, String command, Object... more) throws Exception {
    List<Object> line = new ArrayList<>(List.of(command, "-socket", socket));
    line.addAll(List.of(more));
    try (LitestreamProcess run =
        LitestreamProcess.start(directory, client.command(), line.toArray())) {
      assertThat(run.exitCode()).as("%s: %s", line, run.output()).isEqualTo(code);
      return run.output();
    }
  }

  private JsonTree json(Client client, String command, Object... more) throws Exception {
    List<Object> line = new ArrayList<>(List.of("-json"));
    line.addAll(List.of(more));
    return JsonTree.parse(run(client, 0, command, line.toArray()));
  }

  private String state(Client client, String name) throws Exception {
    return json(client, "list").objects("databases").stream()
        .filter(each -> each.text("path").orElse("").equals(database(name).toString()))
        .map(each -> each.text("status").orElse(""))
        .findFirst()
        .orElse("none");
  }

  /** All commands, whosever the process is. */
  private void control(Client client, LitestreamProcess process) throws Exception {
    JsonTree info = json(client, "info");
    assertThat(info.number("pid").orElseThrow().longValue()).isEqualTo(process.pid());
    assertThat(info.number("database_count").orElseThrow().intValue()).isEqualTo(1);
    assertThat(info.number("uptime_seconds").orElseThrow().signum()).isNotNegative();
    assertThat(Instant.parse(info.text("started_at").orElseThrow())).isBefore(Instant.now());

    insert("a");
    JsonTree synced = json(client, "sync", "-wait", database("a"));
    assertThat(synced.text("db_path")).contains(database("a").toString());
    assertThat(synced.number("duration_ms")).isPresent();
    JsonTree listed = json(client, "list").objects("databases").get(0);
    assertThat(listed.text("status")).contains("replicating");
    assertThat(Instant.parse(listed.text("last_sync_at").orElseThrow())).isBefore(Instant.now());
    insert("a");
    assertThat(run(client, 0, "sync", database("a"))).contains("db_path: " + database("a"));

    assertThat(json(client, "stop", database("a")).text("state")).contains("stopped");
    assertThat(state(client, "a")).isEqualTo("stopped");
    assertThat(run(client, 1, "sync", database("a"))).contains(database("a").toString());
    run(client, 0, "stop", database("a"));
    assertThat(json(client, "start", database("a")).text("state")).contains("running");
    assertThat(state(client, "a")).isEqualTo("replicating");
    run(client, 0, "start", database("a"));

    insert("b");
    String url = "file://" + replica("b");
    assertThat(json(client, "register", "-replica", url, database("b")).text("status"))
        .contains("registered");
    assertThat(json(client, "register", "-replica", url, database("b")).text("status"))
        .contains("already_registered");
    assertThat(state(client, "b")).isEqualTo("replicating");
    run(client, 0, "unregister", "-dry-run", database("b"));
    assertThat(state(client, "b")).isEqualTo("replicating");
    assertThat(json(client, "unregister", database("b")).text("status")).contains("unregistered");
    assertThat(state(client, "b")).isEqualTo("none");
    assertThat(json(client, "unregister", database("b")).text("status"))
        .contains("already_unregistered");
    assertThat(run(client, 1, "sync", database("b")))
        .contains("database not found: " + database("b"));
  }

  @Test
  void thePeersCommandsControlOurProcess() throws Exception {
    try (LitestreamProcess process =
        LitestreamProcess.ours(directory, "replicate", "-config", config)) {
      process.awaitOutput("control socket listening");
      control(Client.PEER, process);
      run(Client.PEER, 0, "sync", "-wait", database("a"));
      Path restored = directory.resolve("restored.db");
      CommandLineRun restore = new CommandLineRun(directory);
      assertThat(restore.run("restore", "-o", restored, "file://" + replica("a")))
          .as(restore.err())
          .isZero();
      assertThat(SampleReplica.rows(restored)).isEqualTo(3);
      process.stop();
    }
  }

  @Test
  void ourCommandsControlThePeersProcess() throws Exception {
    try (LitestreamProcess process =
        LitestreamProcess.start(directory, Client.PEER.command(), "replicate", "-config", config)) {
      process.await("it listens", () -> Files.exists(socket));
      control(Client.OURS, process);
    }
  }
}
