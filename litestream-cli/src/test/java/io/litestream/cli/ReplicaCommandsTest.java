package io.litestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Listings and restores of a real replica, compared with the peer's output. */
class ReplicaCommandsTest {

  @TempDir Path directory;

  private SampleReplica sample;
  private CommandLineRun command;
  private Path config;
  private Path output;

  @BeforeEach
  void setUp() throws Exception {
    sample = SampleReplica.create(directory);
    command = new CommandLineRun(directory);
    output = directory.resolve("out.db");
    config =
        Files.writeString(
            directory.resolve("litestream.yml"),
            """
            dbs:
              - path: ~/app.db
                replicas:
                  - path: ~/replica
                  - name: empty
                    url: file://%s/empty
            """
                .formatted(directory));
  }

  @Test
  void listsDatabases() {
    assertThat(command.run("databases", "-config", config)).isZero();
    assertThat(command.out())
        .isEqualTo(
            "path"
                + " ".repeat(sample.database().toString().length() - 2)
                + "replicas\n"
                + sample.database()
                + "  file,empty\n");
  }

  @Test
  void listsSnapshots() throws IOException {
    assertThat(command.run("snapshots", sample.url())).isZero();
    assertThat(command.out())
        .isEqualTo(
            """
            replica  generation        index  size  created
            file     4c994ccc40a5ba03  0      %d   2026-11-23T00:00:06Z
            """
                .formatted(sample.size("snapshots/00000000.snapshot.lz4")));
  }

  @Test
  void listsSegments() throws IOException {
    assertThat(command.run("wal", "-config", config, "-replica", "file", sample.database()))
        .isZero();
    assertThat(command.out())
        .isEqualTo(
            """
            replica  generation        index  offset  size  created
            file     4c994ccc40a5ba03  0      0       %d   2026-11-23T00:00:12Z
            """
                .formatted(sample.size("wal/00000000_00000000.wal.lz4")));
  }

  @Test
  void listsSegmentsOfOneGeneration() {
    assertThat(command.run("wal", "-generation", "0000000000000000", sample.url())).isZero();
    assertThat(command.out()).isEqualTo("replica  generation  index  offset  size  created\n");
  }

  @Test
  void aGenerationLagsBehindItsDatabase() throws IOException {
    Files.setLastModifiedTime(
        sample.database(), FileTime.from(SampleReplica.SEGMENT_TIME.plusMillis(1399)));

    assertThat(command.run("generations", "-config", config, sample.database())).isZero();
    assertThat(command.out())
        .isEqualTo(
            """
            name  generation        lag   start                 end
            file  4c994ccc40a5ba03  1.3s  2026-11-23T00:00:06Z  2026-11-23T00:00:12Z
            """);
  }

  @Test
  void withoutADatabaseTheLagIsCountedUntilNow() throws IOException {
    Files.delete(sample.database());

    assertThat(command.run("generations", "-json", "-config", config, sample.database())).isZero();
    assertThat(command.out())
        .isEqualToIgnoringWhitespace(
            """
            [{"name": "file", "generation": "4c994ccc40a5ba03", "lag_seconds": 47.655,
              "start": "2026-11-23T00:00:06.900Z", "end": "2026-11-23T00:00:12.345Z"}]
            """);
  }

  @ParameterizedTest
  @ValueSource(strings = {"generations", "snapshots", "wal", "restore"})
  void namesWhatItDoesNotFind(String name) {
    assertThat(command.run(name, "-config", config, "/no/such.db")).isEqualTo(1);
    assertThat(command.run(name, "-config", config, "-replica", "x", sample.database()))
        .isEqualTo(1);
    assertThat(command.err())
        .isEqualTo(
            "litestream: database not found in config: /no/such.db\n"
                + "litestream: replica \"x\" not found for database \""
                + sample.database()
                + "\"; there are: file, empty\n");
  }

  @Test
  void restoresFromAUrl() throws Exception {
    assertThat(command.run("restore", "-o", output, sample.url())).isZero();
    assertThat(SampleReplica.rows(output)).isEqualTo(3);
    assertThat(command.out()).isEmpty();
    assertThat(command.err())
        .contains("msg=\"restoring snapshot\" replica=file generation=4c994ccc40a5ba03 index=0")
        .contains("msg=\"database restored\"");
  }

  @Test
  void restoresADatabaseToItsOwnPath() throws Exception {
    Files.delete(sample.database());

    assertThat(command.run("restore", "-config", config, sample.database())).isZero();
    assertThat(SampleReplica.rows(sample.database())).isEqualTo(3);
    assertThat(command.out()).contains("msg=\"restoring snapshot\" db=" + sample.database());
  }

  @ParameterizedTest
  @ValueSource(strings = {"2026-11-23T00:00:10Z", "2026-11-23T01:30:10.5+01:30"})
  void restoresToATime(String time) throws Exception {
    assertThat(command.run("restore", "-timestamp", time, "-o", output, sample.url())).isZero();
    assertThat(SampleReplica.rows(output)).isEqualTo(1);
  }

  @Test
  void reportsInSentences() {
    assertThat(command.run("restore", "-v", "-o", output, sample.url())).isZero();
    assertThat(command.out())
        .startsWith("Restored " + output + ": 8.2 kB in ")
        .contains(", up to 4c994ccc40a5ba03/00000000:");
    assertThat(command.err()).startsWith("Restoring " + output + " from replica 'file'");
  }

  @Test
  void reportsAsJson() {
    assertThat(command.run("restore", "-json", "-o", output, sample.url())).isZero();
    assertThat(command.out())
        .startsWith("{")
        .contains("\"replica\" : \"file\"", "\"database_bytes\" : 8192", "\"segments\" : 1");
  }

  @Test
  void aDryRunRestoresNothing() {
    assertThat(command.run("restore", "-dry-run", "-o", output, sample.url())).isZero();
    assertThat(command.run("restore", "-dry-run", "-json", "-o", output, sample.url())).isZero();
    assertThat(command.out())
        .startsWith("Would restore " + output)
        .contains("\"dry_run\" : true", "\"end_index\" : 0");
    assertThat(output).doesNotExist();
  }

  @Test
  void neverTouchesWhatIsThere() throws IOException {
    Files.writeString(output, "precious");

    assertThat(command.run("restore", "-o", output, sample.url())).isEqualTo(1);
    assertThat(command.err()).contains(output + ": it exists already");
    assertThat(command.run("restore", "-if-db-not-exists", "-o", output, sample.url())).isZero();
    assertThat(command.err()).contains("msg=\"database already exists, skipping\"");
    assertThat(command.run("restore", "-if-db-not-exists=false", "-o", output, sample.url()))
        .isEqualTo(1);
    assertThat(output).hasContent("precious");
  }

  @Test
  void anEmptyReplicaMayBeAllRight() {
    String url = "file://" + directory.resolve("empty");

    assertThat(command.run("restore", "-o", output, url)).isEqualTo(1);
    assertThat(command.err()).contains("nothing to restore");
    assertThat(command.run("restore", "-if-replica-exists", "-json", "-o", output, url)).isZero();
    assertThat(command.out())
        .isEqualToIgnoringWhitespace("{\"skipped\": \"no matching backups found\"}");
  }

  @Test
  void aFailedRestoreLeavesNothingBehind() throws IOException {
    Path segment =
        sample.directory().resolve("generations/4c994ccc40a5ba03/wal/00000000_00000000.wal.lz4");
    byte[] damaged = Files.readAllBytes(segment);
    damaged[damaged.length / 2] ^= 1;
    Files.write(segment, damaged);
    Path target = Files.createDirectory(directory.resolve("target")).resolve("out.db");

    assertThat(command.run("restore", "-o", target, sample.url())).isEqualTo(1);
    assertThat(command.err()).contains("00000000_00000000.wal.lz4");
    try (Stream<Path> left = Files.list(target.getParent())) {
      assertThat(left).isEmpty();
    }
  }
}
