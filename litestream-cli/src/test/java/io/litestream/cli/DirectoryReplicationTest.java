package io.litestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream.cli.process.StopSignal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DirectoryReplicationTest {

  @TempDir Path directory;

  private Path tenants;
  private CommandLineRun command;

  @BeforeEach
  void setUp() throws Exception {
    tenants = Files.createDirectory(directory.resolve("tenants"));
    command = new CommandLineRun(directory);
    create("one.db");
  }

  private Path config(String keys) throws IOException {
    return Files.writeString(
        directory.resolve("litestream.yml"),
        """
        logging: {stderr: true}
        dbs:
          - dir: ~/tenants
            pattern: '*.db'
            monitor-interval: 50ms
            %s
            replicas: [{path: ~/backup, sync-interval: 20ms}]
        """
            .formatted(keys));
  }

  private void create(String name) throws SQLException {
    Path database = tenants.resolve(name);
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE t (n INTEGER)");
      statement.execute("INSERT INTO t VALUES (1)");
    }
  }

  private boolean hasReplica(String name) {
    return Files.exists(directory.resolve("backup").resolve(name).resolve("generations"));
  }

  private void awaitReplica(String name, CompletableFuture<Integer> running) throws Exception {
    Wait.until(
        "a replica of " + name,
        Wait.LIMIT,
        command::err,
        () -> {
          assertThat(running).as(command.err()).isNotDone();
          return hasReplica(name);
        });
  }

  @Test
  void everyDatabaseOfTheDirectoryIsReplicatedToItsOwnPlace() throws Exception {
    create("two.db");
    Path config = config("");
    assertThat(command.run("replicate", "-once", "-config", config)).as(command.err()).isZero();
    for (String name : new String[] {"one.db", "two.db"}) {
      Path restored = directory.resolve("restored-" + name);
      assertThat(command.run("restore", "-config", config, "-o", restored, tenants.resolve(name)))
          .as(command.err())
          .isZero();
      assertThat(SampleReplica.rows(restored)).isEqualTo(1);
    }
  }

  @Test
  void databasesThatAppearArePickedUpAndOnesThatVanishAreLetGo() throws Exception {
    Path config = config("watch: true");
    CompletableFuture<Integer> running =
        CompletableFuture.supplyAsync(() -> command.run("replicate", "-config", config));
    awaitReplica("one.db", running);
    create("two.db");
    awaitReplica("two.db", running);
    for (String suffix : new String[] {"", "-wal", "-shm"}) {
      Files.deleteIfExists(tenants.resolve("one.db" + suffix));
    }
    command.awaitErr(
        Pattern.quote("database is gone; let go of it\" db=" + tenants.resolve("one.db")), running);
    command.send(StopSignal.TERM);
    assertThat(running.join()).as(command.err()).isZero();
  }

  @Test
  void aFileThatIsNoDatabaseDoesNotKeepTheOthersFromIt() throws Exception {
    Files.writeString(tenants.resolve("broken.db"), "this is text and no database at all");
    assertThat(command.run("replicate", "-once", "-config", config(""))).as(command.err()).isZero();
    assertThat(hasReplica("one.db")).isTrue();
    assertThat(command.err())
        .contains("msg=\"cannot replicate database\" db=" + tenants.resolve("broken.db"));
  }

  @Test
  void databasesAreListed() throws Exception {
    for (String listing : List.of("databases", "status", "cost")) {
      CommandLineRun list = new CommandLineRun(directory);
      assertThat(list.run(listing, "-config", config(""))).as(list.err()).isZero();
      assertThat(list.out()).as(listing).contains(tenants.resolve("one.db").toString());
    }
  }
}
