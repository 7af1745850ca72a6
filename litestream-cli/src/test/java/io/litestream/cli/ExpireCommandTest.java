package io.litestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A replica with a snapshot and a segment for each of three indexes, 30, 20 and 1 hours old. */
class ExpireCommandTest {

  private static final String HEAD = "replica  generation        snapshots  segments  size\n";

  @TempDir Path directory;

  private SampleReplica sample;
  private CommandLineRun command;
  private Path config;

  @BeforeEach
  void setUp() throws Exception {
    sample = SampleReplica.create(directory);
    command = new CommandLineRun(directory);
    int[] ages = {30, 26, 1};
    for (int index = ages.length - 1; index >= 0; index--) {
      Instant time = CommandLineRun.NOW.minus(Duration.ofHours(ages[index]));
      copy("snapshots/00000000.snapshot.lz4", "snapshots/0000000" + index + ".snapshot.lz4", time);
      copy("wal/00000000_00000000.wal.lz4", "wal/0000000" + index + "_00000000.wal.lz4", time);
    }
    config = config("retention: 24h");
  }

  private void copy(String from, String to, Instant time) throws IOException {
    Path target = generation().resolve(to);
    if (!from.equals(to)) {
      Files.copy(generation().resolve(from), target, StandardCopyOption.REPLACE_EXISTING);
    }
    Files.setLastModifiedTime(target, FileTime.from(time));
  }

  private Path generation() {
    return sample.directory().resolve("generations").resolve(SampleReplica.GENERATION);
  }

  private Path config(String keys) throws IOException {
    return Files.writeString(
        directory.resolve("litestream.yml"),
        """
        dbs:
          - path: ~/app.db
            replicas:
              - path: ~/replica
                %s
        """
            .formatted(keys.replace(", ", "\n        ")));
  }

  private Set<String> objects() throws IOException {
    Set<String> names = new TreeSet<>();
    try (var files = Files.walk(generation())) {
      files
          .filter(Files::isRegularFile)
          .forEach(file -> names.add(file.getFileName().toString().replace(".lz4", "")));
    }
    return names;
  }

  @Test
  void deletesWhatIsOlderThanTheRetention() throws Exception {
    long size =
        sample.size("snapshots/00000000.snapshot.lz4")
            + sample.size("wal/00000000_00000000.wal.lz4");

    assertThat(command.run("expire", "-config", config, sample.database())).isZero();

    assertThat(objects())
        .containsExactly(
            "00000001.snapshot",
            "00000001_00000000.wal",
            "00000002.snapshot",
            "00000002_00000000.wal");
    assertThat(command.out())
        .isEqualTo(
            """
            replica  snapshots  segments  size  failed
            file     1          1         %d   0
            """
                .formatted(size));
    assertThat(command.err()).isEmpty();
  }

  @Test
  void aDryRunShowsAndDeletesNothing() throws Exception {
    Set<String> before = objects();

    assertThat(command.run("expire", "-dry-run", "-config", config, sample.database())).isZero();

    assertThat(command.out()).startsWith(HEAD + "file     4c994ccc40a5ba03  1          1         ");
    assertThat(objects()).isEqualTo(before);
  }

  @Test
  void printsJson() {
    assertThat(command.run("expire", "-json", "-retention", "24h", sample.url())).isZero();
    assertThat(command.out())
        .contains("\"replica\" : \"file\"", "\"snapshots\" : 1", "\"failed\" : 0");
  }

  @Test
  void keepsWhatIsToBeKept() throws Exception {
    Set<String> before = objects();
    config("retention: none");
    assertThat(command.run("expire", "-config", config, sample.database())).isZero();
    assertThat(objects()).isEqualTo(before);

    config("retention: 24h, snapshot-interval: 1h, keep-hourly: 3");
    assertThat(command.run("expire", "-config", config, sample.database())).isZero();
    assertThat(objects()).isEqualTo(before);

    assertThat(command.run("expire", "-retention", "30m", "-keep-hourly", "2", sample.url()))
        .isZero();
    assertThat(objects()).hasSize(4);
    assertThat(command.run("expire", "-retention", "30m", sample.url())).isZero();
    assertThat(objects()).containsExactly("00000002.snapshot", "00000002_00000000.wal");
  }

  @Test
  void aUrlNeedsToBeToldWhatToKeepAndADatabaseMustNot() throws Exception {
    assertThat(command.run("expire", sample.url())).isEqualTo(1);
    assertThat(command.run("expire", "-retention", "1x", sample.url())).isEqualTo(1);
    assertThat(command.run("expire", "-retention", "0", sample.url())).isEqualTo(1);
    assertThat(command.run("expire", "-retention", "1h", "-config", config, sample.database()))
        .isEqualTo(1);

    assertThat(command.err().lines())
        .hasSize(4)
        .anyMatch(line -> line.contains("a replica URL needs -retention"))
        .anyMatch(line -> line.contains("'x' is no unit"))
        .anyMatch(line -> line.contains("retention must be longer than zero"))
        .anyMatch(line -> line.contains("the configuration file says what is kept"));
    assertThat(objects()).hasSize(6);
  }

  @Test
  void aDeleteThatFailsIsOneLineAndExitCode1() throws Exception {
    Path snapshots = generation().resolve("snapshots");
    // By the real clock, the first two are old enough. Not even the superuser's process, which is
    // started without its power, may write there.
    Files.setPosixFilePermissions(snapshots, PosixFilePermissions.fromString("r-xr-xr-x"));
    try (LitestreamProcess process =
        Unprivileged.start(directory, "expire", "-retention", "24h", sample.url())) {
      assertThat(process.exitCode()).isEqualTo(1);
      assertThat(process.output().lines().filter(line -> line.startsWith("litestream:")))
          .singleElement()
          .asString()
          .startsWith(
              "litestream: replica 'file': delete failed for 2 of 2 objects: EACCES (2); such as ")
          .contains("generations/4c994ccc40a5ba03/snapshots/00000000.snapshot.lz4, generations/")
          .endsWith("; the permission that is usually missing: to write in the directory");
    } finally {
      Files.setPosixFilePermissions(snapshots, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    assertThat(objects()).contains("00000000.snapshot", "00000000_00000000.wal");
  }
}
