package io.litestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream.cli.output.JsonTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An encrypted replica on the command line: what needs a key, and what is said without one. */
@Timeout(120)
class EncryptedReplicaTest {

  /** Keys of nobody, made by {@code age-keygen} for tests. */
  private static final String RECIPIENT =
      "age158yreukg5utsstdjl5vtjwqumt7x9a8cvfrufd48hae2pevdvpksrhcfhf";

  private static final String IDENTITY =
      "AGE-SECRET-KEY-1XJMU5PF3NC7UE7P6GDWQDGG60LJR68R3FZT592EFZV7S0ZGLFETQLPF0UU";
  private static final String OTHER_IDENTITY =
      "AGE-SECRET-KEY-1DELJFNQQAANJT7CDRKLPMNXGN3JF06RT39YL4ZY6VNUNA95YD3USZQFKQZ";

  @TempDir Path directory;

  private Path database;
  private ReplicaFiles replica;
  private Path target;
  private Path writer;
  private Path reader;

  @BeforeEach
  void replicate() throws Exception {
    database = directory.resolve("app.db");
    replica = new ReplicaFiles(directory.resolve("replica"));
    target = Files.createDirectory(directory.resolve("target")).resolve("restored.db");
    writer = config("writer.yml", "recipients: [" + RECIPIENT + "]");
    Path key = Files.writeString(directory.resolve("key"), "# a key\n" + IDENTITY + "\n");
    reader = config("reader.yml", "identity-files: [" + key + "]");
    insert();
    CommandLineRun once = new CommandLineRun(directory);
    assertThat(once.run("replicate", "-once", "-config", writer)).as(once.err()).isZero();
  }

  private Path config(String name, String age) throws IOException {
    return Files.writeString(
        directory.resolve(name),
        "dbs: [{path: "
            + database
            + ", replicas: [{path: "
            + replica.root()
            + ", sync-interval: 50ms, age: {"
            + age
            + "}}]}]");
  }

  private void insert() throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA journal_mode = wal");
      statement.execute("CREATE TABLE IF NOT EXISTS t (x)");
      statement.execute("INSERT INTO t VALUES (randomblob(100000))");
    }
  }

  private CommandLineRun restore(Path config) {
    CommandLineRun command = new CommandLineRun(directory);
    command.run("restore", "-config", config, "-o", target, database);
    return command;
  }

  private void assertNothingRestored() throws IOException {
    try (var left = Files.list(target.getParent())) {
      assertThat(left).isEmpty();
    }
  }

  private static void assertNoKeyIn(String text) {
    for (String identity : List.of(IDENTITY, OTHER_IDENTITY)) {
      assertThat(text).doesNotContain(identity.substring(20, 40));
    }
  }

  @Test
  void whoeverHasAnIdentityRestoresAndVerifies() throws Exception {
    CommandLineRun restore = restore(reader);
    assertThat(restore.err()).isEmpty();
    DatabasePages.assertRestored(database, target);

    CommandLineRun verify = new CommandLineRun(directory);
    assertThat(verify.run("verify", "-deep", "-config", reader, database))
        .as(verify.err())
        .isZero();
    assertNoKeyIn(restore.out() + verify.out() + verify.err());
  }

  @Test
  void listingsNeedNoIdentityAndShowWhatIsStored() throws Exception {
    for (String command : List.of("generations", "snapshots", "wal")) {
      CommandLineRun listing = new CommandLineRun(directory);
      assertThat(listing.run(command, "-config", writer, database)).as(listing.err()).isZero();
      assertThat(listing.out()).contains(replica.generations().get(0));
      if (command.equals("snapshots")) {
        assertThat(listing.out()).contains(" " + Files.size(replica.snapshots().get(0)) + " ");
      }
    }
  }

  @Test
  void statusNeedsNoIdentityWhereTheReplicaWasWritten() throws Exception {
    List<String> told = new ArrayList<>();
    for (Path config : List.of(writer, reader)) {
      CommandLineRun status = new CommandLineRun(directory);
      assertThat(status.run("status", "-json", "-config", config, database)).isZero();
      JsonTree document = JsonTree.parse(status.out());
      JsonTree state = document.objects("databases").get(0).objects("replicas").get(0);
      assertThat(state.text("error")).isEmpty();
      told.add(
          state.text("generation") + " " + state.number("index") + " " + state.number("offset"));
    }
    assertThat(told.get(0)).contains(replica.generations().get(0)).isEqualTo(told.get(1));

    CommandLineRun elsewhere = new CommandLineRun(directory);
    assertThat(elsewhere.run("status", "file://" + replica.root())).isZero();
    assertThat(elsewhere.out()).contains(".wal.lz4 is encrypted with age");
  }

  @Test
  void checkSaysWhenNothingWouldBeEncrypted() {
    CommandLineRun check = new CommandLineRun(directory).at(Clock.systemUTC());
    assertThat(check.run("check", "-config", writer)).as(check.out()).isZero();

    assertThat(check.run("check", "-config", reader)).isEqualTo(5);
    assertThat(check.out()).contains("age identities but no recipients");
  }

  @Test
  void withoutAnIdentityItSaysWhichObjectOfWhichReplicaNeedsOne() throws Exception {
    String key = replica.root().relativize(replica.snapshots().get(0)).toString();

    assertThat(restore(writer).err())
        .startsWith("litestream: cannot read replica 'file': " + key + " is encrypted with age")
        .contains("no identity is configured")
        .contains("'identities' or 'identity-files' under 'age'");
    assertNothingRestored();
    CommandLineRun byUrl = new CommandLineRun(directory);
    assertThat(byUrl.run("restore", "-o", target, "file://" + replica.root())).isEqualTo(1);
    assertThat(byUrl.err()).contains(key).contains("no identity is configured");
    assertNothingRestored();
    CommandLineRun verify = new CommandLineRun(directory);
    assertThat(verify.run("verify", "-config", writer, database)).isEqualTo(1);
    assertThat(verify.err()).contains(key).contains("no identity is configured");
  }

  @Test
  void withAnotherIdentityItSaysThatItDoesNotFit() throws Exception {
    String said = restore(config("other.yml", "identities: [" + OTHER_IDENTITY + "]")).err();

    assertThat(said)
        .contains("cannot read replica 'file'")
        .contains("is encrypted with age for others than the one identity that is configured");
    assertNoKeyIn(said);
    assertNothingRestored();
  }

  @Test
  void anObjectThatWasChangedOrCutIsDamageAndLeavesNothing() throws Exception {
    for (Path object : List.of(replica.snapshots().get(0), replica.segments().get(0))) {
      byte[] good = Files.readAllBytes(object);
      byte[] changed = good.clone();
      changed[good.length - 20] ^= 1;
      for (byte[] bad : List.of(changed, Arrays.copyOf(good, good.length - 1))) {
        Files.write(object, bad);
        assertThat(restore(reader).err())
            .contains("cannot restore from replica 'file'")
            .contains(object.getFileName() + " was cut off, or changed after it was encrypted");
        assertNothingRestored();
        CommandLineRun verify = new CommandLineRun(directory);
        assertThat(verify.run("verify", "-config", reader, database)).isEqualTo(1);
        assertThat(verify.err()).contains(object.getFileName() + " was cut off");
      }
      Files.write(object, good);
    }
  }

  @Test
  void anIdentityReadsWhatWasWrittenBeforeEncryptionWasSwitchedOn() throws Exception {
    Path plain = directory.resolve("plain");
    CommandLineRun once = new CommandLineRun(directory);
    assertThat(once.run("replicate", "-once", database, "file://" + plain)).isZero();
    replica = new ReplicaFiles(plain);
    Path key = directory.resolve("key");

    CommandLineRun restore = restore(config("plain.yml", "identity-files: [" + key + "]"));
    assertThat(restore.err()).isEmpty();
    DatabasePages.assertRestored(database, target);
  }

  @Test
  void killedAtAnyInstantItGoesOnInTheSameGeneration() throws Exception {
    int kills = 4;
    Random random = new Random(kills);
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA busy_timeout = 10000");
      // What the application itself checkpoints while nobody replicates is a reason of its own.
      statement.execute("PRAGMA wal_autocheckpoint = 0");
      statement.execute("INSERT INTO t VALUES (0)");
      List<String> generations = List.of();
      for (int kill = 0; kill <= kills; kill++) {
        try (LitestreamProcess process =
            LitestreamProcess.ours(directory, "replicate", "-config", writer)) {
          int before = replica.segments().size();
          process.awaitOutput("replicating to");
          int more = 1 + random.nextInt(4);
          process.await(
              "there are more segments",
              () -> {
                statement.execute("INSERT INTO t VALUES (randomblob(2000))");
                return replica.segments().size() >= before + more;
              });
          if (kill == kills) {
            process.stop();
          }
        }
        // The first start may have found a WAL that was removed when the database was closed.
        generations = kill == 0 ? replica.generations() : generations;
        assertThat(replica.generations()).as("after kill %s", kill).isEqualTo(generations);
      }
      assertThat(restore(reader).err()).isEmpty();
      DatabasePages.assertRestored(database, target);
    }
  }
}
