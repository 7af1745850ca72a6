package io.litestream.cli;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs this project's command without the superuser's power to ignore permissions. */
final class Unprivileged {

  private static final List<String> WITHOUT_CAPABILITIES =
      List.of("setpriv", "--inh-caps=-all", "--bounding-set=-all", "--");

  private Unprivileged() {}

  /**
   * Starts the command; a test that cannot run it so, because the superuser runs the tests and the
   * tool that drops capabilities is missing, is skipped.
   */
  static LitestreamProcess start(Path directory, Object... args) throws Exception {
    List<String> command = new ArrayList<>();
    if (ignoresPermissions(directory)) {
      assumeTrue(dropsCapabilities(), "the superuser runs this, and setpriv is missing");
      command.addAll(WITHOUT_CAPABILITIES);
    }
    command.addAll(LitestreamProcess.command());
    return LitestreamProcess.start(directory, command, args);
  }

  private static boolean ignoresPermissions(Path directory) throws IOException {
    Path probe = Files.createTempFile(directory, "probe", "");
    try {
      return probe.toFile().setWritable(false) && Files.isWritable(probe);
    } finally {
      Files.delete(probe);
    }
  }

  private static boolean dropsCapabilities() throws InterruptedException {
    List<String> probe = new ArrayList<>(WITHOUT_CAPABILITIES);
    probe.add("true");
    try {
      return new ProcessBuilder(probe).start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
