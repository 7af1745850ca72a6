package io.litestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A command that runs as a process of its own: this project's, or the peer's. */
final class LitestreamProcess implements AutoCloseable {

  /** Where the peer's executable is. Tests that need it are skipped without. */
  static final String PEER = "LITESTREAM_PEER";

  /** What names an executable to test in place of the classes, such as {@code ./litestream}. */
  private static final String COMMAND = "LITESTREAM_TEST_COMMAND";

  private final Process process;
  private final Path output;

  private LitestreamProcess(Process process, Path output) {
    this.process = process;
    this.output = output;
  }

  /**
   * The command line that runs this project's command: from the classes under test, unless the
   * environment names an executable.
   */
  static List<String> command() {
    String executable = System.getenv(COMMAND);
    if (executable != null) {
      return List.of(executable);
    }
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xmx128m",
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        "--enable-native-access=ALL-UNNAMED",
        "-cp",
        System.getProperty("java.class.path"),
        "io.litestream.cli.Main");
  }

  /** Starts this project's command; what it prints goes to a file in the directory. */
  static LitestreamProcess ours(Path directory, Object... args) throws IOException {
    return start(directory, command(), args);
  }

  /** Starts the peer. */
  static LitestreamProcess peer(Path directory, Object... args) throws IOException {
    return start(directory, List.of(System.getenv(PEER)), args);
  }

  static LitestreamProcess start(Path directory, List<String> command, Object... args)
      throws IOException {
    return start(directory, Map.of(), command, args);
  }

  /** Starts a command with some variables more than this process has. */
  static LitestreamProcess start(
      Path directory, Map<String, String> environment, List<String> command, Object... args)
      throws IOException {
    List<String> line = new ArrayList<>(command);
    for (Object arg : args) {
      line.add(arg.toString());
    }
    Path output = Files.createTempFile(directory, "output", ".log");
    var builder =
        new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().putAll(environment);
    return new LitestreamProcess(builder.start(), output);
  }

  /** Waits for something that comes true while it works; fails if it ends before. */
  void await(String what, Wait.Condition condition) throws Exception {
    await(what, Wait.LIMIT, condition);
  }

  /** As above, for another time. */
  void await(String what, Duration limit, Wait.Condition condition) throws Exception {
    Wait.until(
        what,
        limit,
        this::output,
        () -> {
          if (condition.holds()) {
            return true;
          }
          assertThat(process.isAlive()).as("runs on until %s: %s", what, output()).isTrue();
          return false;
        });
  }

  /** Waits until it has printed this. */
  void awaitOutput(String text) throws Exception {
    await("prints '" + text + "'", () -> output().contains(text));
  }

  /** All that it has printed so far. */
  String output() throws IOException {
    return Files.readString(output);
  }

  long pid() {
    return process.pid();
  }

  /** Sends SIGTERM. */
  void terminate() {
    process.destroy();
  }

  /** Sends any signal, by its name without SIG. */
  void signal(String name) throws Exception {
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid())).start();
    assertThat(kill.waitFor()).isZero();
  }

  /** Waits for its end. */
  int exitCode() throws Exception {
    assertThat(process.waitFor(Wait.LIMIT.toSeconds(), TimeUnit.SECONDS))
        .as("ends in time: %s", output())
        .isTrue();
    return process.exitValue();
  }

  /** Ends it as an operator does; everything is expected to go well. */
  void stop() throws Exception {
    terminate();
    assertThat(exitCode()).as(output()).isZero();
  }

  /** Kills it, if it runs. */
  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
