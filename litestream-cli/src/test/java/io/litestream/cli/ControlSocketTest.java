package io.litestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream.cli.output.JsonTree;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The commands that ask a running process, and the socket that they use, with a real process. */
@Timeout(120)
class ControlSocketTest {

  @TempDir Path directory;

  private Path socket;
  private Path config;
  private LitestreamProcess process;

  @BeforeEach
  void start() throws Exception {
    socket = directory.resolve("l.sock");
    config = directory.resolve("litestream.yml");
    insert("a");
    Files.writeString(
        config,
        """
        socket: {enabled: true, path: %s}
        dbs: [{path: %s, monitor-interval: 50ms, replicas: [{path: %s, sync-interval: 1h}]}]
        """
            .formatted(socket, database("a"), replica("a").root()));
    process = replicate();
  }

  @AfterEach
  void kill() throws IOException {
    process.close();
  }

  private LitestreamProcess replicate() throws Exception {
    LitestreamProcess started = LitestreamProcess.ours(directory, "replicate", "-config", config);
    started.awaitOutput("control socket");
    return started;
  }

  private Path database(String name) {
    return directory.resolve(name + ".db");
  }

  private ReplicaFiles replica(String name) {
    return new ReplicaFiles(directory.resolve("replica-" + name));
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

  private int restoredRows(String name) throws Exception {
    Path restored = directory.resolve("restored-" + System.nanoTime() + ".db");
    CommandLineRun restore = new CommandLineRun(directory);
    assertThat(restore.run("restore", "-o", restored, "file://" + replica(name).root()))
        .as(restore.err())
        .isZero();
    return SampleReplica.rows(restored);
  }

  private CommandLineRun run(int code, String command, Object... more) {
    List<Object> line = new ArrayList<>(List.of(command, "-socket", socket));
    line.addAll(List.of(more));
    CommandLineRun run = new CommandLineRun(directory);
    assertThat(run.run(line.toArray())).as(command + run.out() + run.err()).isEqualTo(code);
    return run;
  }

  private JsonTree json(String command, Object... more) throws IOException {
    List<Object> line = new ArrayList<>(List.of("-json"));
    line.addAll(List.of(more));
    return JsonTree.parse(run(0, command, line.toArray()).out());
  }

  private String refused(String command, Object... more) {
    return run(1, command, more).err();
  }

  private String state(String name) throws IOException {
    return json("list").objects("databases").stream()
        .filter(each -> each.text("path").orElse("").equals(database(name).toString()))
        .map(each -> each.text("status").orElse(""))
        .findFirst()
        .orElse("none");
  }

  @Test
  void itTellsAboutItselfAndItsDatabases() throws Exception {
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
        .isEqualTo("rw-------");
    JsonTree info = json("info");
    assertThat(info.names())
        .containsExactly("version", "pid", "uptime_seconds", "started_at", "database_count");
    assertThat(info.number("pid").orElseThrow().longValue()).isEqualTo(process.pid());
    assertThat(info.number("database_count").orElseThrow().intValue()).isEqualTo(1);
    assertThat(Instant.parse(info.text("started_at").orElseThrow())).isBefore(Instant.now());
    assertThat(run(0, "info").out()).contains("pid: " + process.pid() + "\n");

    run(0, "sync", "-wait", database("a"));
    JsonTree listed = json("list").objects("databases").get(0);
    assertThat(listed.text("path")).contains(database("a").toString());
    assertThat(listed.text("status")).contains("replicating");
    assertThat(Instant.parse(listed.text("last_sync_at").orElseThrow())).isBefore(Instant.now());
    assertThat(run(0, "list").out()).contains(database("a") + "  replicating  ");
    process.stop();
    assertThat(socket).doesNotExist();
    assertThat(refused("list")).contains("there is no control socket " + socket);
  }

  @Test
  void aSyncDoesNotWaitForTheInterval() throws Exception {
    run(0, "sync", "-wait", database("a"));
    for (int rows = 2; rows <= 3; rows++) {
      insert("a");
      JsonTree synced = json("sync", "-wait", database("a"));
      assertThat(synced.names())
          .containsExactly(
              "db_path",
              "status",
              "generation",
              "index",
              "offset",
              "replicated_index",
              "replicated_offset",
              "duration_ms");
      // The first commit after a quiet spell may be there by itself before anybody asks.
      assertThat(synced.text("status").orElseThrow()).isIn("synced", "no_change");
      assertThat(synced.text("generation")).contains(replica("a").generations().get(0));
      assertThat(synced.number("replicated_offset")).isEqualTo(synced.number("offset"));
      assertThat(restoredRows("a")).isEqualTo(rows);
    }
    assertThat(json("sync", "-wait", database("a")).text("status")).contains("no_change");
    assertThat(json("sync", database("a")).text("status")).contains("no_change");
    int before = replica("a").segments().size();
    Path root = replica("a").root();
    Path away = root.resolveSibling("away");
    Files.move(root, away);
    Files.writeString(root, "in the way");
    insert("a");
    assertThat(json("sync", database("a")).text("status")).contains("synced_local");
    Files.delete(root);
    Files.move(away, root);
    process.await("the replica has more", () -> replica("a").segments().size() > before);
  }

  @Test
  void aSyncThatDoesNotComeAboutIsSaid() throws Exception {
    run(0, "sync", "-wait", database("a"));
    Path root = replica("a").root();
    Path away = root.resolveSibling("away");
    Files.move(root, away);
    Files.writeString(root, "in the way");
    insert("a");

    assertThat(refused("sync", "-wait", "-timeout", 1, database("a")))
        .contains("replica 'file' of " + database("a") + " does not hold everything");
    Files.delete(root);
    Files.move(away, root);
    run(0, "sync", "-wait", database("a"));
    assertThat(restoredRows("a")).isEqualTo(2);
  }

  @Test
  void whatIsStoppedStaysStoppedUntilItIsStarted() throws Exception {
    insert("a");
    JsonTree stopped = json("stop", database("a"));
    assertThat(stopped.names()).containsExactly("db_path", "state", "socket");
    assertThat(stopped.text("state")).contains("stopped");
    assertThat(restoredRows("a")).isEqualTo(2);
    assertThat(state("a")).isEqualTo("stopped");
    assertThat(refused("sync", database("a"))).contains("is not being replicated");

    process.signal("HUP");
    process.awaitOutput("configuration reloaded");
    assertThat(state("a")).isEqualTo("stopped");
    run(0, "stop", database("a"));
    assertThat(post("/stop", database("a"))).contains("already_stopped");
    insert("a");

    assertThat(json("start", database("a")).text("state")).contains("running");
    assertThat(state("a")).isEqualTo("replicating");
    run(0, "start", database("a"));
    assertThat(post("/start", database("a"))).contains("already_running");
    run(0, "sync", "-wait", database("a"));
    assertThat(restoredRows("a")).isEqualTo(3);
  }

  @Test
  void aDatabaseIsRegisteredAndUnregistered() throws Exception {
    insert("b");
    String url = "file://" + replica("b").root();
    JsonTree registered = json("register", "-replica", url, database("b"));
    assertThat(registered.names()).containsExactly("status", "db_path", "replica", "socket");
    assertThat(registered.text("status")).contains("registered");
    assertThat(json("register", "-replica", url, database("b")).text("status"))
        .contains("already_registered");
    assertThat(json("register", "-replica", url, database("a")).text("status"))
        .contains("already_registered");
    process.signal("HUP");
    process.awaitOutput("configuration reloaded");
    assertThat(state("b")).isEqualTo("replicating");

    run(0, "unregister", "-dry-run", database("b"));
    assertThat(state("b")).isEqualTo("replicating");
    insert("b");
    assertThat(json("unregister", database("b")).text("status")).contains("unregistered");
    assertThat(restoredRows("b")).isEqualTo(2);
    assertThat(state("b")).isEqualTo("none");
    assertThat(json("unregister", database("b")).text("status")).contains("already_unregistered");
    assertThat(refused("unregister", database("a"))).contains("database is in the configuration");
    assertThat(state("a")).isEqualTo("replicating");
  }

  @Test
  void mistakesAreSaidAndChangeNothing() throws Exception {
    Path unknown = database("unknown");
    for (String command : List.of("sync", "start", "stop")) {
      assertThat(refused(command, unknown)).contains("database not found: " + unknown);
    }
    for (String command : List.of("sync", "start", "stop", "register", "unregister")) {
      assertThat(refused(command)).contains("database path required");
      assertThat(refused(command, "x", "y")).contains("too many arguments");
    }
    assertThat(refused("register", unknown)).contains("-replica is required");
    assertThat(refused("register", "-replica", "nope://user:secret@x", unknown))
        .contains("invalid replica url: ")
        .doesNotContain("secret");
    assertThat(refused("list", "-timeout", 0)).contains("timeout must be greater than 0");
    assertThat(state("a")).isEqualTo("replicating");
  }

  @Test
  void aKilledProcessLeavesASocketThatTheNextOneReplaces() throws Exception {
    process.signal("KILL");
    assertThat(process.exitCode()).isNotZero();
    assertThat(socket).exists();
    assertThat(refused("list")).contains("no litestream listens on " + socket);

    process = replicate();
    assertThat(state("a")).isEqualTo("replicating");
  }

  @Test
  void aSecondProcessReplicatesWithoutTheSocketOfTheFirst() throws Exception {
    insert("b");
    Path other =
        Files.writeString(
            directory.resolve("other.yml"),
            "socket: {enabled: true, path: %s}\ndbs: [{path: %s, replicas: [{path: %s}]}]"
                .formatted(socket, database("b"), replica("b").root()));
    try (LitestreamProcess second =
        LitestreamProcess.ours(directory, "replicate", "-config", other)) {
      second.awaitOutput("level=ERROR msg=\"cannot listen on the control socket\" path=" + socket);
      assertThat(second.output()).contains("another process listens on " + socket);
      second.await("it replicates", () -> !replica("b").snapshots().isEmpty());
      assertThat(json("info").number("pid").orElseThrow().longValue()).isEqualTo(process.pid());
      second.stop();
    }
    assertThat(state("a")).isEqualTo("replicating");
  }

  private String exchange(String request) throws IOException {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(socket));
      channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.UTF_8)));
      ByteBuffer answer = ByteBuffer.allocate(1 << 16);
      while (channel.read(answer) >= 0) {
        // until it ends
      }
      return new String(answer.array(), 0, answer.position(), StandardCharsets.UTF_8);
    }
  }

  /** The status in the answer to a request about a database. */
  private Optional<String> post(String path, Path database) throws IOException {
    String body = "{\"path\": \"" + database + "\"}";
    String answer =
        exchange(
            "POST " + path + " HTTP/1.1\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
    assertThat(answer).startsWith("HTTP/1.1 200 OK\r\n");
    return JsonTree.parse(answer.substring(answer.indexOf("\r\n\r\n"))).text("status");
  }

  @Test
  void whatIsNoRequestIsRefused() throws Exception {
    assertThat(exchange("GET /list HTTP/1.1\r\nHost: x\r\n\r\n"))
        .startsWith("HTTP/1.1 200 OK\r\n")
        .contains("\r\nContent-Type: application/json\r\n");
    assertThat(exchange("nonsense\r\n\r\n")).startsWith("HTTP/1.1 400 ");
    assertThat(exchange("GET /nothing HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 404 ");
    assertThat(exchange("GET /stop HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 405 ");
    assertThat(exchange("POST /stop HTTP/1.1\r\nContent-Length: 2\r\n\r\n[]"))
        .startsWith("HTTP/1.1 400 ")
        .contains("not a JSON object");
    assertThat(exchange("POST /stop HTTP/1.1\r\nContent-Length: 15\r\n\r\n{\"path\":\"a.db\"}"))
        .startsWith("HTTP/1.1 400 ")
        .contains("path must be absolute");
    assertThat(exchange("POST /stop HTTP/1.1\r\nContent-Length: 99999\r\n\r\n"))
        .startsWith("HTTP/1.1 400 ")
        .contains("longer than 65536 bytes");
    assertThat(state("a")).isEqualTo("replicating");
  }

  @Test
  void clientsThatSayNothingAreBoundedInNumberAndTime() throws Exception {
    List<SocketChannel> silent = new ArrayList<>();
    try {
      for (int i = 0; i < 16; i++) {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        silent.add(channel);
        channel.connect(UnixDomainSocketAddress.of(socket));
        channel.write(ByteBuffer.wrap("GET /li".getBytes(StandardCharsets.UTF_8)));
      }
      assertThat(refused("list")).contains("too many others");
      for (SocketChannel channel : silent) {
        assertThat(channel.read(ByteBuffer.allocate(1))).as("closed by the server").isNegative();
      }
      process.await(
          "it serves again",
          () -> new CommandLineRun(directory).run("list", "-socket", socket) == 0);
    } finally {
      for (SocketChannel channel : silent) {
        channel.close();
      }
    }
  }
}
