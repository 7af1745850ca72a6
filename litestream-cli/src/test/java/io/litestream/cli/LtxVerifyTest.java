package io.litestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code verify} says of a replica that the real Litestream v0.5 has written. */
class LtxVerifyTest {

  private static final Path GOLDEN = Path.of("../litestream-core/src/test/resources/v05/blocks");
  private static final String TRANSACTION = "ltx/0/000000000000002f-000000000000002f.ltx";

  @TempDir Path directory;

  private CommandLineRun command;
  private Path replica;
  private String url;

  @BeforeEach
  void setUp() throws IOException {
    command = new CommandLineRun(directory);
    replica = directory.resolve("replica");
    url = "file://" + replica;
    copyTo(replica);
  }

  private static List<Path> files() throws IOException {
    try (Stream<Path> files = Files.walk(GOLDEN.resolve("ltx"))) {
      return files.filter(Files::isRegularFile).toList();
    }
  }

  private static void copyTo(Path target) throws IOException {
    for (Path file : files()) {
      Path copy = target.resolve(GOLDEN.relativize(file).toString());
      Files.createDirectories(copy.getParent());
      Files.copy(file, copy);
    }
  }

  private void flip(String name) throws IOException {
    byte[] bytes = Files.readAllBytes(replica.resolve(name));
    bytes[bytes.length / 2] ^= 1;
    Files.write(replica.resolve(name), bytes);
  }

  private static long size() throws IOException {
    long size = 0;
    for (Path file : files()) {
      size += Files.size(file);
    }
    return size;
  }

  @Test
  void saysFromWhenToWhenADatabaseCanBeRestored() throws Exception {
    assertThat(command.run("verify", url)).as(command.err()).isZero();
    assertThat(command.out())
        .isEqualToNormalizingWhitespace(
            """
            name generation snapshots segments size state restorable
            file ltx 3 25 %d proved 2026-11-25T10:24:28Z/2026-11-25T10:24:50Z
            """
                .formatted(size()));
    assertThat(command.err()).isEmpty();
  }

  @Test
  void readsWhatIsInAnObjectStore() throws Exception {
    try (S3Server server = S3Server.start()) {
      for (Path file : files()) {
        // In S3 the levels have four digits and stand for themselves.
        String name = GOLDEN.resolve("ltx").relativize(file).toString();
        server.put("db/000" + name, Files.readAllBytes(file));
      }
      Path config =
          Files.writeString(
              directory.resolve("litestream.yml"),
              "dbs: [{path: ~/app.db, replicas: [%s]}]\n".formatted(server.replica("")));
      Path database = directory.resolve("app.db");

      assertThat(command.run("verify", "-deep", "-config", config, database))
          .as(command.err())
          .isZero();
      assertThat(command.out()).contains("ltx").contains("proved");

      server.put("db/0000/000000000000002f-000000000000002f.ltx", new byte[] {1, 2, 3});
      assertThat(command.run("verify", "-config", config, database)).isEqualTo(1);
      assertThat(command.err()).contains("0000/000000000000002f-000000000000002f.ltx is truncated");
    }
  }

  @Test
  void damageIsNamedAndEndsWithOne() throws Exception {
    flip(TRANSACTION);
    assertThat(command.run("verify", url)).isEqualTo(1);
    assertThat(command.out()).contains("damaged");
    assertThat(command.err()).contains("litestream: replica 'file': " + TRANSACTION + " is");
  }

  @Test
  void jsonHoldsTransactionsAndDamages() throws Exception {
    flip(TRANSACTION);
    assertThat(command.run("verify", "-json", url)).isEqualTo(1);
    assertThat(command.out())
        .contains("\"generation\" : \"ltx\"")
        .contains("\"state\" : \"damaged\"")
        .contains("\"2026-11-25T10:24:28.202Z/2026-11-25T10:24:50.901Z\"")
        .contains("\"0000000000000003/0000000000000035\"")
        .contains(TRANSACTION);
  }

  @Test
  void withoutASnapshotNothingCanBeRestored() throws Exception {
    try (Stream<Path> files = Files.walk(replica)) {
      for (Path file : files.filter(f -> f.toString().contains("/0000000000000001-")).toList()) {
        Files.delete(file);
      }
    }
    assertThat(command.run("verify", url)).isEqualTo(1);
    assertThat(command.out()).contains("no snapshot");
    assertThat(command.err()).contains("nothing can be restored");
  }

  @Test
  void deepRestoresIntoScratchSpaceAndLeavesNothingThere() throws Exception {
    Path scratch = Files.createDirectory(directory.resolve("scratch"));
    assertThat(command.run("verify", "-deep", "-scratch", scratch, url)).isZero();
    try (Stream<Path> left = Files.list(scratch)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void bothLinesInOneReplicaAreVerified() throws Exception {
    Path both = SampleReplica.create(Files.createDirectory(directory.resolve("both"))).directory();
    copyTo(both);

    assertThat(command.run("verify", "file://" + both)).isZero();
    assertThat(command.out().lines())
        .satisfiesExactly(
            header -> assertThat(header).startsWith("name"),
            generation -> assertThat(generation).contains(SampleReplica.GENERATION, "sound"),
            ltx -> assertThat(ltx).contains("ltx", "proved"));
  }

  @Test
  void aWantedGenerationLeavesOutTheOtherLine() throws Exception {
    Path both = SampleReplica.create(Files.createDirectory(directory.resolve("both"))).directory();
    copyTo(both);

    assertThat(command.run("verify", "-generation", SampleReplica.GENERATION, "file://" + both))
        .isZero();
    assertThat(command.out()).doesNotContain("ltx");
  }
}
