package io.litestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream.cli.process.StopSignal;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Restores that cannot write where they should, cannot read, or are stopped: nothing is left. */
@Timeout(120)
class BadTargetTest {

  @TempDir Path directory;

  private SampleReplica sample;
  private Path target;
  private Path output;
  private CommandLineRun command;

  @BeforeEach
  void setUp() throws Exception {
    sample = SampleReplica.create(directory);
    target = Files.createDirectory(directory.resolve("target"));
    output = target.resolve("out.db");
    command = new CommandLineRun(directory);
  }

  private static void permit(Path path, String permissions) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
  }

  private void assertNothingBut(Path... expected) throws IOException {
    try (Stream<Path> files = Files.list(target)) {
      assertThat(files).containsExactlyInAnyOrder(expected);
    }
  }

  private String refusal(Object... args) {
    assertThat(command.run(args)).isEqualTo(1);
    return onlyError(command.err());
  }

  private static String onlyError(String output) {
    List<String> lines = output.lines().filter(line -> !line.startsWith("time=")).toList();
    assertThat(lines).hasSize(1);
    return lines.get(0);
  }

  @Test
  void aTargetThatExistsIsRefused() throws IOException {
    Files.writeString(output, "precious");

    assertThat(refusal("restore", "-o", output, sample.url()))
        .isEqualTo(
            "litestream: cannot restore to "
                + output
                + ": it exists already; choose another path or move it away");
    assertThat(output).hasContent("precious");
    assertNothingBut(output);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-wal", "-shm", "-journal"})
  void aStaleFileBesideTheTargetIsRefused(String suffix) throws IOException {
    Path stale = Files.writeString(target.resolve("out.db" + suffix), "of another database");

    assertThat(refusal("restore", "-o", output, sample.url()))
        .startsWith("litestream: cannot restore to " + output + ": " + stale + " is left there");
    assertThat(stale).hasContent("of another database");
    assertNothingBut(stale);
  }

  @Test
  void aTargetBelowAFileIsRefused() throws IOException {
    Path file = Files.writeString(target.resolve("file"), "x");

    assertThat(refusal("restore", "-o", file.resolve("out.db"), sample.url()))
        .startsWith("litestream: cannot restore to " + file.resolve("out.db") + ": ")
        .contains("ot a directory");
    assertNothingBut(file);
  }

  @Test
  void aDirectoryThatMayNotBeWrittenIsNamed() throws Exception {
    permit(target, "r-xr-xr-x");
    try (LitestreamProcess restore =
        Unprivileged.start(directory, "restore", "-o", output, sample.url())) {
      assertThat(restore.exitCode()).isEqualTo(1);
      assertThat(onlyError(restore.output()))
          .isEqualTo(
              "litestream: cannot restore to " + output + ": no permission to write in " + target);
    } finally {
      permit(target, "rwxr-xr-x");
    }
    assertNothingBut();
  }

  @Test
  void anObjectThatMayNotBeReadIsNamed() throws Exception {
    Path segment =
        sample.directory().resolve("generations/4c994ccc40a5ba03/wal/00000000_00000000.wal.lz4");
    permit(segment, "---------");
    try (LitestreamProcess restore =
        Unprivileged.start(directory, "restore", "-o", output, sample.url())) {
      assertThat(restore.exitCode()).isEqualTo(1);
      assertThat(onlyError(restore.output()))
          .contains(
              "generations/4c994ccc40a5ba03/wal/00000000_00000000.wal.lz4",
              "the file system denies it: " + segment + ": Permission denied");
    }
    assertNothingBut();
  }

  @Test
  void aReplicaThatMayNotBeListedIsNamed() throws Exception {
    permit(sample.directory(), "---------");
    try (LitestreamProcess restore =
        Unprivileged.start(directory, "restore", "-o", output, sample.url())) {
      assertThat(restore.exitCode()).isEqualTo(1);
      assertThat(onlyError(restore.output()))
          .contains("the file system denies it: " + sample.directory(), "Permission denied");
    } finally {
      permit(sample.directory(), "rwxr-xr-x");
    }
    assertNothingBut();
  }

  @Test
  void aReplicaThatIsAFileIsNamed() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "x");

    assertThat(refusal("restore", "-o", output, "file://" + file))
        .contains("a file is where a directory should be: " + file + ": Not a directory");
    assertNothingBut();
  }

  @ParameterizedTest
  @EnumSource
  void aSignalEndsARestoreWithItsExitCode(StopSignal signal) throws Exception {
    String url = "file://" + largeReplica();
    try (LitestreamProcess restore =
        LitestreamProcess.ours(directory, "restore", "-o", output, url)) {
      restore.await("it writes", () -> target.toFile().list().length > 0);
      assertThat(
              new ProcessBuilder("kill", "-" + signal, String.valueOf(restore.pid()))
                  .start()
                  .waitFor())
          .isZero();

      assertThat(restore.exitCode()).isEqualTo(signal.exitCode());
      assertThat(onlyError(restore.output()))
          .isEqualTo("litestream: ended by SIG" + signal + " before it was done");
    }
    assertNothingBut();
  }

  /** A replica whose restore takes longer than it takes to send a signal. */
  private Path largeReplica() throws Exception {
    Path database = directory.resolve("large.db");
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA page_size = 65536");
      statement.execute("CREATE TABLE t (x)");
      statement.execute("INSERT INTO t VALUES (zeroblob(500000000))");
    }
    Path replica = directory.resolve("large");
    CommandLineRun replicate = new CommandLineRun(directory);
    assertThat(replicate.run("replicate", "-exec", "true", database, "file://" + replica))
        .as(replicate.err())
        .isZero();
    return replica;
  }
}
