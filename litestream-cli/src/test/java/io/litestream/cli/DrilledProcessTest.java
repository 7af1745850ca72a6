package io.litestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Restore drills of a real process: what they leave on a disk, and what a full one does to them.
 */
@Timeout(180)
class DrilledProcessTest {

  @TempDir Path directory;

  private Path database;
  private Path scratch;

  @BeforeEach
  void setUp() throws Exception {
    database = SampleReplica.create(directory).database();
    scratch = Files.createDirectory(directory.resolve("scratch"));
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement statement = connection.createStatement()) {
      statement.execute("INSERT INTO t SELECT randomblob(1000000) FROM t");
    }
  }

  private LitestreamProcess replicate(String interval) throws IOException {
    Path config =
        Files.writeString(
            directory.resolve("litestream.yml"),
            """
            dbs:
              - path: %s
                replicas:
                  - path: %s
                    sync-interval: 50ms
                    validation-interval: %s
                    validation-scratch: %s
            """
                .formatted(database, directory.resolve("backup"), interval, scratch));
    return LitestreamProcess.ours(directory, "replicate", "-config", config);
  }

  private List<Path> left() throws IOException {
    try (Stream<Path> files = Files.list(scratch)) {
      return files.toList();
    }
  }

  @Test
  void whatAKilledDrillHasLeftIsRemovedAtTheNextStart() throws Exception {
    List<Path> killed = List.of();
    // A drill is short: not every kill comes in the middle of one.
    for (int kills = 0; killed.isEmpty(); kills++) {
      assertThat(kills).as("kills").isLessThan(50);
      try (LitestreamProcess process = replicate("20ms")) {
        process.await("a drill", () -> !left().isEmpty());
        process.signal("KILL");
        process.exitCode();
      }
      killed = left();
    }
    assertThat(killed).singleElement().asString().contains("litestream-drill-");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(killed.get(0))))
        .isEqualTo("rwx------");

    try (LitestreamProcess process = replicate("1h")) {
      process.await("nothing is left", () -> left().isEmpty());
      process.awaitOutput("replication continues");
      process.stop();
    }
  }

  @Test
  void anOrderlyStopInTheMiddleOfDrillsLeavesNothing() throws Exception {
    for (int stops = 0; stops < 3; stops++) {
      try (LitestreamProcess process = replicate("1ms")) {
        process.awaitOutput("restore drill passed");
        process.stop();
        assertThat(process.output()).doesNotContain("restore drill failed");
      }
      assertThat(left()).isEmpty();
    }
  }

  @Test
  void withoutRoomItFailsBeforeItFillsTheDiskAndPassesWhenThereIsSome() throws Exception {
    try (SmallDisk disk = SmallDisk.mount(scratch, 4000);
        LitestreamProcess process = replicate("100ms")) {
      process.awaitOutput("restore drill failed");
      assertThat(process.output())
          .contains("level=ERROR msg=\"restore drill failed\"", "no room for a restore drill in")
          .contains("set 'validation-scratch' to a directory with more room");
      assertThat(left()).isEmpty();

      disk.resize(100_000);
      process.awaitOutput("restore drill passed");
      process.stop();
    }
  }
}
