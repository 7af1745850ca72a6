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
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process, a signal, and another configuration: what changes, and what must not. */
@Timeout(120)
class ReloadTest {

  @TempDir Path directory;

  private Path config;
  private LitestreamProcess process;

  /** Begins with one database. */
  @BeforeEach
  void start() throws Exception {
    config = directory.resolve("litestream.yml");
    for (String name : List.of("a", "b", "c", "d")) {
      insert(name);
    }
    configure("", entry("a", "a"));
    process = LitestreamProcess.ours(directory, "replicate", "-config", config);
    awaitSnapshot("a");
  }

  @AfterEach
  void kill() throws IOException {
    process.close();
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

  private ReplicaFiles replica(String name) {
    return new ReplicaFiles(directory.resolve("replica-" + name));
  }

  /** An entry of a database whose replica has the same name. */
  private String entry(String database, String replica) {
    return "  - {path: "
        + database(database)
        + ", monitor-interval: 50ms, replicas: [{sync-interval: 20ms, path: "
        + replica(replica).root()
        + "}]}\n";
  }

  private void configure(String top, String... entries) throws IOException {
    Path next = directory.resolve("next.yml");
    Files.writeString(next, top + "dbs:\n" + String.join("", entries));
    Files.move(next, config, StandardCopyOption.ATOMIC_MOVE);
  }

  private void reload() throws Exception {
    int before = reloads();
    process.signal("HUP");
    process.await("it has reloaded", () -> reloads() > before);
  }

  /** How often it has reloaded, or said that it cannot. */
  private int reloads() throws IOException {
    return (int)
        process
            .output()
            .lines()
            .filter(
                line -> line.contains("configuration reloaded") || line.contains("not reloaded"))
            .count();
  }

  private void awaitSnapshot(String replica) throws Exception {
    process.await(
        "there is a snapshot in " + replica, () -> !replica(replica).snapshots().isEmpty());
  }

  /** Commits, and waits for a segment more. */
  private void awaitInsert(String database, String replica) throws Exception {
    int before = replica(replica).segments().size();
    insert(database);
    process.await(
        "the replica " + replica + " has more", () -> replica(replica).segments().size() > before);
  }

  private long lines(String text) throws IOException {
    return process.output().lines().filter(line -> line.contains(text)).count();
  }

  @Test
  void whatIsAddedRemovedAndChangedTakesEffectAndNothingElseIsTouched() throws Exception {
    configure("", entry("a", "a"), entry("b", "b"), entry("c", "c"));
    reload();
    for (String each : List.of("a", "b", "c")) {
      awaitSnapshot(each);
      awaitInsert(each, each);
    }
    List<String> generation = replica("a").generations();

    configure("", entry("d", "d"), entry("c", "moved"), entry("a", "a"));
    reload();
    assertThat(process.output())
        .containsPattern("msg=\"configuration reloaded\" begun=1 changed=1 ended=1");
    awaitSnapshot("d");
    awaitSnapshot("moved");
    awaitInsert("c", "moved");
    awaitInsert("a", "a");

    assertThat(replica("a").generations()).isEqualTo(generation);
    assertThat(replica("a").snapshots()).hasSize(1);
    assertThat(lines("initialized db\" path=" + database("a"))).isEqualTo(1);
    int left = replica("b").segments().size();
    insert("b");
    awaitInsert("a", "a");
    process.stop();
    assertThat(replica("b").segments()).hasSize(left);
    // What was there before the change is in the old place, to the last commit.
    Path restored = directory.resolve("restored.db");
    CommandLineRun restore = new CommandLineRun(directory);
    assertThat(restore.run("restore", "-o", restored, "file://" + replica("c").root()))
        .as(restore.err())
        .isZero();
    assertThat(SampleReplica.rows(restored)).isEqualTo(2);
    assertThat(process.output()).doesNotContain("level=ERROR");
  }

  @Test
  void aSettingOfAReplicaChangesInTheSameGeneration() throws Exception {
    awaitInsert("a", "a");

    configure("", entry("a", "a").replace("sync-interval: 20ms", "sync-interval: 30ms"));
    reload();
    assertThat(process.output()).contains("sync-interval=30ms");
    awaitInsert("a", "a");
    process.stop();

    assertThat(replica("a").generations()).hasSize(1);
    assertThat(replica("a").snapshots()).hasSize(1);
  }

  @Test
  void rotatedCredentialsArePickedUp() throws Exception {
    try (S3Server server = S3Server.start()) {
      String good =
          "  - {path: "
              + database("b")
              + ", monitor-interval: 50ms, replicas: ["
              + server.replica(", sync-interval: 50ms")
              + "]}\n";
      configure("", entry("a", "a"), good.replace(S3Server.SECRET, "expired-" + S3Server.SECRET));
      reload();
      process.awaitOutput("msg=\"upload failed\" db=" + database("b"));
      assertThat(process.output()).doesNotContain("replica=s3 write=ok");

      configure("", entry("a", "a"), good);
      reload();
      process.awaitOutput("replica=s3 write=ok");
      process.stop();
      assertThat(process.output()).doesNotContain(S3Server.SECRET);
      CommandLineRun restore = new CommandLineRun(directory);
      Path restored = directory.resolve("restored.db");
      assertThat(restore.run("restore", "-config", config, "-o", restored, database("b")))
          .as(restore.err())
          .isZero();
      assertThat(SampleReplica.rows(restored)).isEqualTo(1);
    }
  }

  @Test
  void aBrokenConfigurationChangesNothingAndIsOneError() throws Exception {
    String identity = "AGE-SECRET-KEY-1XJMU5PF3NC7UE7P6GDWQDGG60LJR68R3FZT592EFZV7S0ZGLFETQLPF0UU";
    // Each of them would also end the one database, and begin another.
    List<String> broken =
        List.of(
            "  - {path: " + database("b") + ", replicas: [",
            entry("b", "b").replace("sync-interval", "sync-intervall"),
            entry("b", "b").replace("path: " + replica("b").root(), "age: {identities: [x]}"),
            entry("b", "b")
                .replace("{sync-interval: 20ms", "{age: {identities: [" + identity + "]}"),
            "");
    for (int i = 0; i < broken.size(); i++) {
      configure("", broken.get(i));
      reload();
      assertThat(lines("level=ERROR")).as(process.output()).isEqualTo(i + 1);
      assertThat(lines("configuration not reloaded")).isEqualTo(i + 1);
    }
    Files.delete(config);
    reload();
    assertThat(lines("level=ERROR")).isEqualTo(broken.size() + 1);

    assertThat(process.output())
        .contains(config + ":2:")
        .contains("did you mean 'sync-interval'?")
        .contains("has age identities but no recipients")
        .contains("no databases specified in configuration")
        .contains("config file not found")
        .doesNotContain(identity.substring(20));
    awaitInsert("a", "a");
    process.stop();
    assertThat(Files.exists(replica("b").root())).isFalse();
    assertThat(lines("initialized db")).isEqualTo(1);
  }

  @Test
  void whatNeedsARestartIsSaidAndTheLogChanges() throws Exception {

    configure(
        "addr: 127.0.0.1:0\nexec: sleep 1\nlogging: {type: json, level: debug}\n", entry("a", "a"));
    reload();

    process.awaitOutput("\"level\":\"WARN\"");
    assertThat(process.output()).contains("\"keys\":\"exec,addr\"");
    process.stop();
    assertThat(process.output()).doesNotContain("serving metrics");
  }

  @Test
  void whatCannotBeReplicatedYetIsTriedAgain() throws Exception {
    Files.writeString(directory.resolve("e.db"), "this is text and no database at all");

    configure("", entry("a", "a"), entry("e", "e"));
    reload();
    process.awaitOutput("msg=\"cannot replicate database\" db=" + database("e"));
    Files.delete(database("e"));
    insert("e");
    awaitSnapshot("e");
    process.stop();
    assertThat(lines("cannot replicate database")).isEqualTo(1);
  }
}
