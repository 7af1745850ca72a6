package io.litestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifyCommandTest {

  private static final String SEGMENT = "wal/00000000_00000000.wal.lz4";

  @TempDir Path directory;

  private SampleReplica sample;
  private CommandLineRun command;

  @BeforeEach
  void setUp() throws Exception {
    sample = SampleReplica.create(directory);
    command = new CommandLineRun(directory);
  }

  private Path object(String name) {
    return sample.directory().resolve("generations/" + SampleReplica.GENERATION + "/" + name);
  }

  private void flip(String name) throws IOException {
    byte[] bytes = Files.readAllBytes(object(name));
    bytes[bytes.length / 2] ^= 1;
    Files.write(object(name), bytes);
  }

  @Test
  void saysFromWhenToWhenADatabaseCanBeRestored() throws Exception {
    assertThat(command.run("verify", sample.url())).isZero();
    assertThat(command.out())
        .isEqualToNormalizingWhitespace(
            """
            name generation snapshots segments size state restorable
            file 4c994ccc40a5ba03 1 1 %d sound 2026-11-23T00:00:06Z/2026-11-23T00:00:12Z
            """
                .formatted(sample.size("snapshots/00000000.snapshot.lz4") + sample.size(SEGMENT)));
  }

  @Test
  void damageIsNamedAndEndsWithOne() throws Exception {
    flip(SEGMENT);
    assertThat(command.run("verify", sample.url())).isEqualTo(1);
    assertThat(command.out()).contains("damaged");
    assertThat(command.err()).contains("replica 'file'").contains(SEGMENT);
  }

  @Test
  void jsonHoldsTheDamages() throws Exception {
    flip("snapshots/00000000.snapshot.lz4");
    assertThat(command.run("verify", "-json", sample.url())).isEqualTo(1);
    assertThat(command.out())
        .contains("\"state\" : \"damaged\"")
        .contains("snapshots/00000000.snapshot.lz4");
  }

  @Test
  void aReplicaWithoutASnapshotEndsWithOne() throws Exception {
    Files.delete(object("snapshots/00000000.snapshot.lz4"));
    assertThat(command.run("verify", sample.url())).isEqualTo(1);
    assertThat(command.out()).contains("no snapshot");
    assertThat(command.err()).contains("nothing can be restored");
  }

  @Test
  void deepRestoresIntoScratchSpaceAndLeavesNothingThere() throws Exception {
    Path scratch = Files.createDirectory(directory.resolve("scratch"));
    assertThat(command.run("verify", "-deep", "-scratch", scratch, sample.url())).isZero();
    try (Stream<Path> left = Files.list(scratch)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void deepFindsADatabaseThatWasDamagedBeforeItWasReplicated() throws Exception {
    SampleReplica damaged =
        SampleReplica.createDamaged(Files.createDirectory(directory.resolve("x")));
    assertThat(command.run("verify", damaged.url())).isZero();
    assertThat(command.run("verify", "-deep", damaged.url())).isEqualTo(1);
    assertThat(command.err()).contains("SQLite finds the restored database damaged");
  }
}
