package io.litestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The command as a process of its own: signals and exit codes. */
@Timeout(60)
class MainTest {

  @TempDir Path directory;

  private static Process start(String... args) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                "io.litestream.cli.Main"));
    command.addAll(List.of(args));
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  @Test
  void printsItsVersion() throws Exception {
    Process version = start("version");

    assertThat(version.inputReader().readLine()).startsWith("v");
    assertThat(version.waitFor()).isZero();
  }

  @Test
  void aMistakeIsExitCode1() throws Exception {
    Process bogus = start("bogus");

    assertThat(bogus.inputReader().readLine()).startsWith("litestream: unknown command 'bogus'");
    assertThat(bogus.waitFor()).isEqualTo(1);
  }

  @Test
  void aTerminatedReplicationSucceeds() throws Exception {
    SampleReplica sample = SampleReplica.create(directory);
    Path backup = directory.resolve("backup");
    // Behind a child, so that the signal handler is known to be in place when a line appears.
    Process replicate =
        start(
            "replicate",
            "-exec",
            "sh -c 'trap \"exit 0\" TERM; echo up; while :; do sleep 0.05; done'",
            sample.database().toString(),
            "file://" + backup);
    List<String> lines = new ArrayList<>();
    try (BufferedReader output = replicate.inputReader()) {
      String line = output.readLine();
      while (line != null) {
        lines.add(line);
        if (line.equals("up")) {
          replicate.toHandle().destroy();
        }
        line = output.readLine();
      }
    }

    assertThat(replicate.waitFor()).as(String.join("\n", lines)).isZero();
    assertThat(lines)
        .anyMatch(line -> line.contains("signal received, litestream shutting down"))
        .last()
        .asString()
        .contains("litestream shut down");
    Path output = directory.resolve("out.db");
    assertThat(start("restore", "-o", output.toString(), "file://" + backup).waitFor()).isZero();
    assertThat(SampleReplica.rows(output)).isEqualTo(3);
  }
}
