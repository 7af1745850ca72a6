package io.litestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The promise in the README: whenever the process dies, the replica holds a committed state. */
@Timeout(120)
class KillTest {

  private static final int KILLS = 4;
  private static final long SEED = 20261125;

  @TempDir Path directory;

  private Path temporary = Path.of("");

  @Test
  void whenReplicateIsKilledTheReplicaStillRestoresAPrefixOfTheHistory() throws Exception {
    Path database = directory.resolve("app.db");
    Path replica = directory.resolve("replica");
    temporary = Files.createDirectory(directory.resolve("tmp"));
    Random random = new Random(SEED);
    long restored = 0;
    try (LiveWriter writer = LiveWriter.start(database)) {
      for (int kill = 0; kill < KILLS; kill++) {
        int before = objects(replica);
        try (LitestreamProcess process = replicate(database, replica)) {
          process.await(
              "there are more objects", () -> objects(replica) > before + 1 + random.nextInt(3));
        }
        long rows = restoredRows(replica, "killed-" + kill);
        assertThat(rows)
            .as("rows after kill %s, seed %s", kill, SEED)
            .isGreaterThanOrEqualTo(restored);
        restored = rows;
        writer.assertUndisturbed();
      }
    }
    try (LitestreamProcess process = replicate(database, replica)) {
      int before = objects(replica);
      process.await("there are more objects", () -> objects(replica) > before);
      process.stop();
    }
    assertThat(restoredRows(replica, "final")).isEqualTo(LiveWriter.rows(database));
    assertNothingIsLeft(replica);
  }

  /** Of the kills: neither objects half-written, nor what a process extracts to load it. */
  private void assertNothingIsLeft(Path replica) throws IOException {
    assertThat(new ReplicaFiles(replica).leftovers()).isEmpty();
    try (Stream<Path> root = Files.list(replica);
        Stream<Path> extracted = Files.list(temporary)) {
      assertThat(root).containsExactly(replica.resolve("generations"));
      assertThat(extracted.map(file -> file.getFileName().toString()))
          .noneMatch(name -> name.startsWith("sqlite"));
    }
  }

  private LitestreamProcess replicate(Path database, Path replica) throws IOException {
    List<String> command = new ArrayList<>(LitestreamProcess.command());
    command.add(1, "-Djava.io.tmpdir=" + temporary);
    return LitestreamProcess.start(directory, command, "replicate", database, "file://" + replica);
  }

  private static int objects(Path replica) throws IOException {
    ReplicaFiles files = new ReplicaFiles(replica);
    return files.snapshots().size() + files.segments().size();
  }

  private long restoredRows(Path replica, String name) throws Exception {
    Path out = directory.resolve(name + ".db");
    CommandLineRun command = new CommandLineRun(directory);
    assertThat(command.run("restore", "-o", out, "file://" + replica)).as(command.err()).isZero();
    return LiveWriter.rows(out);
  }
}
