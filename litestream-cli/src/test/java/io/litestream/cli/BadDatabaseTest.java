package io.litestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream.cli.process.StopSignal;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code replicate} says to what it cannot replicate, and that it leaves nothing behind. */
@Timeout(120)
class BadDatabaseTest {

  @TempDir Path directory;

  private Path parent;
  private Path database;
  private String url;
  private CommandLineRun command;

  @BeforeEach
  void setUp() throws IOException {
    parent = Files.createDirectory(directory.resolve("data"));
    database = parent.resolve("app.db");
    url = "file://" + directory.resolve("replica");
    command = new CommandLineRun(directory);
  }

  private static void makeDatabase(Path path, String journalMode) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + path);
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA journal_mode = " + journalMode);
      statement.execute("CREATE TABLE t (n)");
      statement.execute("INSERT INTO t VALUES (1)");
    }
  }

  private void assertRefused(int exitCode, String output, String message) throws IOException {
    assertThat(exitCode).isEqualTo(1);
    assertThat(output.lines().filter(line -> !line.startsWith("time=")))
        .containsExactly("litestream: " + message);
    assertThat(directory.resolve("replica")).doesNotExist();
    try (Stream<Path> files = Files.list(parent)) {
      assertThat(files.filter(file -> !file.equals(database))).isEmpty();
    }
  }

  private void assertRefused(String message) throws IOException {
    int exitCode = command.run("replicate", database, url);
    assertRefused(exitCode, command.err(), "cannot replicate " + database + ": " + message);
  }

  @Test
  void aFileThatIsNoDatabaseIsRefused() throws IOException {
    Files.writeString(database, "Dear diary, today I wrote no database.");

    assertRefused("it is not an SQLite database, or it is encrypted");
  }

  @Test
  void aFileThatIsShorterThanAHeaderIsRefused() throws IOException {
    Files.writeString(database, "x");

    assertRefused("it is not an SQLite database, or it is encrypted");
  }

  @Test
  void aDirectoryIsRefused() throws IOException {
    Files.createDirectory(database);

    assertRefused("it is a directory");
  }

  @Test
  void aPipeIsRefusedWithoutWaitingForItsWriter() throws Exception {
    assertThat(new ProcessBuilder("mkfifo", database.toString()).start().waitFor()).isZero();

    assertRefused("it is not a regular file");
  }

  @Test
  void aDatabaseThatSqliteDoesNotSwitchToWalModeIsRefused() throws Exception {
    makeDatabase(database, "delete");
    // The file format's write version, of a future that this SQLite only reads.
    try (RandomAccessFile file = new RandomAccessFile(database.toFile(), "rw")) {
      file.seek(18);
      file.write(3);
    }

    assertRefused("it, or its directory, cannot be written");
  }

  @ParameterizedTest
  @CsvSource({
    "---------, rwxr-xr-x, it cannot be read; look at its permissions",
    "r--r--r--, rwxr-xr-x, it cannot be written; look at its permissions",
    "rw-r--r--, r-xr-xr-x, 'it, or its directory, cannot be written'",
  })
  void permissionsThatDoNotSufficeAreNamed(String ofFile, String ofParent, String message)
      throws Exception {
    makeDatabase(database, "wal");
    permit(database, ofFile);
    permit(parent, ofParent);
    try (LitestreamProcess replicate = Unprivileged.start(directory, "replicate", database, url)) {
      assertRefused(
          replicate.exitCode(),
          replicate.output(),
          "cannot replicate " + database + ": " + message);
    } finally {
      permit(parent, "rwxr-xr-x");
    }
  }

  @Test
  void aDirectoryThatCannotBeEnteredIsNamed() throws Exception {
    makeDatabase(database, "wal");
    permit(parent, "---------");
    try (LitestreamProcess replicate = Unprivileged.start(directory, "replicate", database, url)) {
      assertThat(replicate.exitCode()).isEqualTo(1);
      assertThat(replicate.output()).endsWith("litestream: permission denied: " + database + "\n");
    } finally {
      permit(parent, "rwxr-xr-x");
    }
  }

  private static void permit(Path path, String permissions) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
  }

  @Test
  void aReplicaThatMayNotBeWrittenIsNamedAndGoesOnWhenItMay() throws Exception {
    makeDatabase(database, "wal");
    Path replica = Files.createDirectory(directory.resolve("replica"));
    permit(replica, "r-xr-xr-x");
    try (LitestreamProcess replicate = Unprivileged.start(directory, "replicate", database, url)) {
      replicate.awaitOutput("msg=\"upload failed\"");
      assertThat(replicate.output())
          .contains("the file system denies it: " + replica + ": Permission denied");
      permit(replica, "rwxr-xr-x");
      replicate.awaitOutput("msg=\"replica is reachable again\"");
      replicate.stop();
      assertThat(replicate.output().lines().filter(line -> line.contains("msg=\"upload failed\"")))
          .hasSize(1);
    }
    assertRestoresOneRow();
  }

  private void assertRestoresOneRow() throws Exception {
    Path output = directory.resolve("restored.db");
    CommandLineRun restore = new CommandLineRun(directory);
    assertThat(restore.run("restore", "-o", output, url)).as(restore.err()).isZero();
    assertThat(SampleReplica.rows(output)).isEqualTo(1);
  }

  @Test
  void aMissingDatabaseIsWaitedForAndSaidOnce() throws Exception {
    try (LitestreamProcess replicate =
        LitestreamProcess.ours(
            directory, "replicate", "-config", config(database, "monitor-interval: 10ms"))) {
      replicate.awaitOutput("database does not exist yet; waiting for it");
      makeDatabase(database, "delete");
      replicate.awaitOutput("snapshot written");
      replicate.stop();
      assertThat(replicate.output().lines().filter(line -> line.contains("does not exist yet")))
          .hasSize(1);
    }
    assertRestoresOneRow();
  }

  @Test
  void aDatabaseThatIsLockedAgainstTheSwitchIsWaitedForAndSaidOnce() throws Exception {
    makeDatabase(database, "delete");
    try (LitestreamProcess replicate = startBesideALock()) {
      replicate.awaitOutput("snapshot written");
      replicate.stop();
      assertThat(replicate.output().lines().filter(line -> line.contains("level=ERROR")))
          .singleElement()
          .asString()
          .contains("msg=\"sync failed\" db=" + database)
          .contains("it is locked by another connection");
    }
    assertRestoresOneRow();
  }

  private LitestreamProcess startBesideALock() throws Exception {
    try (Connection application = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement statement = application.createStatement()) {
      statement.execute("BEGIN EXCLUSIVE");
      LitestreamProcess replicate =
          LitestreamProcess.ours(
              directory, "replicate", "-config", config(database, "monitor-interval: 10ms"));
      replicate.awaitOutput("sync failed");
      statement.execute("ROLLBACK");
      return replicate;
    }
  }

  private Path config(Path path, String setting) throws IOException {
    return Files.writeString(
        directory.resolve("litestream.yml"),
        """
        dbs:
          - path: %s
            %s
            replicas:
              - path: %s
                sync-interval: 10ms
        """
            .formatted(path, setting, directory.resolve("replica")));
  }

  @Test
  void aSecondProcessIsRefusedAndTheFirstGoesOn() throws Exception {
    makeDatabase(database, "wal");
    CompletableFuture<Integer> first =
        CompletableFuture.supplyAsync(() -> command.run("replicate", database, url));
    command.awaitErr("snapshot written", first);
    try (LitestreamProcess second =
        LitestreamProcess.ours(directory, "replicate", database, url + "-2")) {
      assertThat(second.exitCode()).isEqualTo(1);
      assertThat(second.output().lines().filter(line -> !line.startsWith("time=")))
          .containsExactly(
              "litestream: database "
                  + database
                  + " is being replicated by another process, which holds "
                  + database.resolveSibling(".app.db-litestream/lock")
                  + "; stop it first");
    }
    assertThat(directory.resolve("replica-2")).doesNotExist();
    command.send(StopSignal.TERM);
    assertThat(first.join()).as(command.err()).isZero();
    assertRestoresOneRow();
  }

  @Test
  void oneBadDatabaseOfSeveralEndsThemAllAndSaysWhich() throws Exception {
    makeDatabase(database, "wal");
    Path bad = Files.writeString(directory.resolve("bad.db"), "not a database at all");
    Path config =
        Files.writeString(
            directory.resolve("litestream.yml"),
            "dbs:\n"
                + String.join(
                    "\n",
                    List.of(
                        "  - {path: " + database + ", replicas: [{path: " + directory + "/r1}]}",
                        "  - {path: " + bad + ", replicas: [{path: " + directory + "/r2}]}")));

    assertThat(command.run("replicate", "-config", config)).isEqualTo(1);
    assertThat(command.out() + command.err())
        .endsWith(
            "litestream: cannot replicate "
                + bad
                + ": it is not an SQLite database, or it is encrypted\n");
  }
}
