package io.litestream.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Writes that fail half-way, for everybody who may not mount a small disk: the process may not make
 * files larger than a limit, which is lifted while it runs.
 */
@Timeout(120)
class FileSizeLimitTest {

  private static final int LIMIT = 4 << 20;
  private static final String TOO_LARGE = "File too large";

  @TempDir Path directory;

  private Path database;
  private ReplicaFiles replica;

  @BeforeEach
  void setUp() throws Exception {
    assumeTrue(
        new ProcessBuilder("sh", "-c", "command -v prlimit").start().waitFor() == 0,
        "there is no prlimit");
    database = directory.resolve("app.db");
    replica = new ReplicaFiles(directory.resolve("replica"));
  }

  private LitestreamProcess limited(Object... args) throws IOException {
    List<String> command = new ArrayList<>(List.of("prlimit", "--fsize=" + LIMIT + ":", "--"));
    command.addAll(LitestreamProcess.command());
    return LitestreamProcess.start(directory, command, args);
  }

  private static void lift(LitestreamProcess process) throws Exception {
    assertThat(
            new ProcessBuilder(
                    "prlimit", "--pid", String.valueOf(process.pid()), "--fsize=unlimited:")
                .start()
                .waitFor())
        .isZero();
  }

  @Test
  void aShadowWalAndASegmentThatCannotBeWrittenAreTriedAgain() throws Exception {
    Path config =
        Files.writeString(
            directory.resolve("litestream.yml"),
            """
            dbs:
              - path: %s
                monitor-interval: 20ms
                replicas: [{path: %s, sync-interval: 20ms}]
            """
                .formatted(database, replica.root()));
    try (WritingApplication application = WritingApplication.start(database, 4096, "NONE");
        LitestreamProcess replicate = limited("replicate", "-config", config)) {
      replicate.await("there is a snapshot", () -> !replica.snapshots().isEmpty());
      application.commitLarge(8 << 20);
      replicate.awaitOutput("msg=\"sync failed\"");
      assertThat(replicate.output()).contains(".app.db-litestream/generations/", TOO_LARGE);

      lift(replicate);
      replicate.awaitOutput("msg=\"sync works again\"");
      replicate.stop();
      Path output = directory.resolve("restored.db");
      CommandLineRun restore = new CommandLineRun(directory);
      assertThat(restore.run("restore", "-o", output, "file://" + replica.root()))
          .as(restore.err())
          .isZero();
      DatabasePages.assertRestored(database, output);
      assertThat(replica.generations()).hasSize(1);
      assertThat(replica.snapshots()).hasSize(1);
    }
  }

  @Test
  void aSnapshotThatCannotBeWrittenIsNotThereAndARestoreLeavesNothing() throws Exception {
    String url = "file://" + replica.root();
    try (WritingApplication application = WritingApplication.start(database, 4096, "NONE")) {
      application.commitLarge(8 << 20);
      application.run("PRAGMA wal_checkpoint(TRUNCATE)");
      try (LitestreamProcess replicate = limited("replicate", database, url)) {
        replicate.awaitOutput("msg=\"upload failed\"");
        assertThat(replicate.output()).contains("write generations/", ".snapshot.lz4", TOO_LARGE);
        assertThat(replica.sizes()).isEmpty();

        lift(replicate);
        replicate.awaitOutput("msg=\"replica is reachable again\"");
        replicate.stop();
      }
    }
    Path output = directory.resolve("new").resolve("restored.db");
    try (LitestreamProcess restore = limited("restore", "-o", output, url)) {
      assertThat(restore.exitCode()).isEqualTo(1);
      assertThat(restore.output().lines().filter(line -> !line.startsWith("time=")))
          .containsExactly("litestream: cannot restore to " + output + ": " + TOO_LARGE);
    }
    assertThat(output.getParent()).doesNotExist();
  }
}
