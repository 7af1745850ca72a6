package io.litestream.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A disk that is full is named, nothing half-written stays on it, and replication goes on by itself
 * once there is room: in the same generation, with nothing missing.
 */
@Timeout(180)
class FullDiskTest {

  private static final int SMALL = 2048;
  private static final int ROOMY = 65536;
  private static final String NO_SPACE = "No space left on device";

  @TempDir Path directory;

  private Path disk;
  private Path database;
  private ReplicaFiles replica;

  @BeforeEach
  void setUp() {
    disk = directory.resolve("disk");
    database = directory.resolve("app.db");
    replica = new ReplicaFiles(directory.resolve("replica"));
  }

  private LitestreamProcess replicate(Path metaDirectory) throws IOException {
    Path config =
        Files.writeString(
            directory.resolve("litestream.yml"),
            """
            dbs:
              - path: %s
                meta-path: %s
                monitor-interval: 20ms
                replicas: [{path: %s, sync-interval: 20ms}]
            """
                .formatted(database, metaDirectory, replica.root()));
    return LitestreamProcess.ours(directory, "replicate", "-config", config);
  }

  private LitestreamProcess replicate() throws IOException {
    return replicate(directory.resolve("meta"));
  }

  /** What the log says of failures to replicate, and not of the check at the start. */
  private static List<String> errors(LitestreamProcess process) throws IOException {
    return process
        .output()
        .lines()
        .filter(line -> line.matches(".* level=ERROR msg=\"(upload|sync) failed\" .*"))
        .toList();
  }

  private void assertRestorable() throws Exception {
    Path output = directory.resolve("restored.db");
    CommandLineRun restore = new CommandLineRun(directory);
    assertThat(restore.run("restore", "-o", output, "file://" + replica.root()))
        .as(restore.err())
        .isZero();
    DatabasePages.assertRestored(database, output);
    assertThat(replica.generations()).hasSize(1);
    assertThat(replica.snapshots()).hasSize(1);
    assertThat(replica.leftovers()).isEmpty();
  }

  @Test
  void aRestoreSaysHowMuchItNeedsAndLeavesNothing() throws Exception {
    try (WritingApplication application = WritingApplication.start(database, 4096, "NONE");
        LitestreamProcess replicate = replicate()) {
      application.commitLarge(8 << 20);
      replicate.await("there is a snapshot", () -> !replica.snapshots().isEmpty());
      replicate.stop();
    }
    try (SmallDisk small = SmallDisk.mount(disk, SMALL)) {
      Path output = disk.resolve("new").resolve("out.db");
      CommandLineRun restore = new CommandLineRun(directory);

      assertThat(restore.run("restore", "-o", output, "file://" + replica.root())).isEqualTo(1);
      assertThat(restore.err().lines().filter(line -> !line.startsWith("time=")))
          .singleElement()
          .asString()
          .matches(
              "litestream: cannot restore to "
                  + output
                  + ": no space left; the database needs at least [0-9,]+ bytes");
      assertThat(disk).isEmptyDirectory();

      small.resize(ROOMY);
      assertThat(restore.run("restore", "-o", output, "file://" + replica.root())).isZero();
      DatabasePages.assertIntact(output);
    }
  }

  @Test
  void aReplicasDiskThatIsFullForASnapshotIsWaitedFor() throws Exception {
    try (SmallDisk small = SmallDisk.mount(disk, SMALL);
        WritingApplication application = WritingApplication.start(database, 4096, "NONE")) {
      replica = new ReplicaFiles(disk.resolve("replica"));
      application.commitLarge(8 << 20);
      application.run("PRAGMA wal_checkpoint(TRUNCATE)");
      application.work(1);
      try (LitestreamProcess replicate = replicate()) {
        replicate.awaitOutput("msg=\"upload failed\"");
        assertThat(errors(replicate))
            .singleElement()
            .asString()
            .contains("db=" + database, "write generations/", "the disk is full", NO_SPACE);
        assertThat(replica.sizes()).isEmpty();

        small.resize(ROOMY);
        replicate.awaitOutput("msg=\"replica is reachable again\"");
        replicate.stop();
      }
      assertRestorable();
    }
  }

  @Test
  void aReplicasDiskThatIsFullForASegmentIsWaitedFor() throws Exception {
    try (SmallDisk small = SmallDisk.mount(disk, SMALL);
        WritingApplication application = WritingApplication.start(database, 4096, "NONE")) {
      replica = new ReplicaFiles(disk.resolve("replica"));
      try (LitestreamProcess replicate = replicate()) {
        replicate.await("there is a snapshot", () -> !replica.snapshots().isEmpty());
        application.commitLarge(8 << 20);
        replicate.awaitOutput("msg=\"upload failed\"");
        assertThat(errors(replicate))
            .singleElement()
            .asString()
            .contains("db=" + database, "the disk is full", NO_SPACE);
        replicate.await("nothing half-written", () -> replica.leftovers().isEmpty());

        small.resize(ROOMY);
        replicate.awaitOutput("msg=\"replica is reachable again\"");
        replicate.stop();
      }
      assertRestorable();
    }
  }

  @Test
  void aShadowWalsDiskThatIsFullIsWaitedFor() throws Exception {
    try (SmallDisk small = SmallDisk.mount(disk, SMALL);
        WritingApplication application = WritingApplication.start(database, 4096, "NONE");
        LitestreamProcess replicate = replicate(disk.resolve("meta"))) {
      replicate.await("there is a snapshot", () -> !replica.snapshots().isEmpty());
      application.work(5);
      application.commitLarge(8 << 20);
      replicate.awaitOutput("msg=\"sync failed\"");
      assertThat(errors(replicate))
          .singleElement()
          .asString()
          .contains("db=" + database, "cannot write " + disk.resolve("meta"), NO_SPACE);
      application.work(5);

      small.resize(ROOMY);
      replicate.awaitOutput("msg=\"sync works again\"");
      application.work(5);
      replicate.stop();
      assertRestorable();
    }
  }

  @Test
  void aDiskThatIsFullFromTheBeginningIsWaitedFor() throws Exception {
    try (SmallDisk small = SmallDisk.mount(disk, SMALL);
        WritingApplication application = WritingApplication.start(database, 4096, "NONE")) {
      Files.createDirectory(disk.resolve("meta"));
      fill(disk);
      application.work(5);
      try (LitestreamProcess replicate = replicate(disk.resolve("meta"))) {
        replicate.awaitOutput("msg=\"sync failed\"");
        assertThat(errors(replicate)).singleElement().asString().contains(NO_SPACE);

        small.resize(ROOMY);
        replicate.awaitOutput("msg=\"sync works again\"");
        replicate.stop();
      }
      assertRestorable();
      try (Stream<Path> generations = Files.list(disk.resolve("meta/generations"))) {
        assertThat(generations).as("generations in the meta directory").hasSize(1);
      }
    }
  }

  @Test
  void aDiskThatTheDatabaseItselfHasFilledIsWaitedFor() throws Exception {
    try (SmallDisk small = SmallDisk.mount(disk, SMALL)) {
      database = disk.resolve("app.db");
      try (WritingApplication application = WritingApplication.start(database, 4096, "NONE");
          LitestreamProcess replicate = replicate(disk.resolve("meta"))) {
        replicate.await("there is a snapshot", () -> !replica.snapshots().isEmpty());
        assertThatThrownBy(() -> application.commitLarge(8 << 20))
            .isInstanceOf(SQLException.class)
            .hasMessageContaining("SQLITE_FULL");
        fill(disk);

        small.resize(ROOMY);
        application.work(20);
        application.commitLarge(4 << 20);
        replicate.stop();
        assertRestorable();
      }
    }
  }

  /** Takes the room that is left. */
  private static void fill(Path disk) throws IOException {
    byte[] block = new byte[4096];
    try (var out = Files.newOutputStream(disk.resolve("filler"))) {
      while (true) {
        out.write(block);
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining(NO_SPACE);
    }
  }
}
