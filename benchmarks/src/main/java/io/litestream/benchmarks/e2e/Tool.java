package io.litestream.benchmarks.e2e;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * An executable with the commands of Litestream v0.3.
 *
 * @param name for the report
 */
record Tool(String name, Path executable) {

  /**
   * A command that has ended.
   *
   * @param seconds by the clock on the wall
   * @param peakMegabytes the most memory that it was seen to have
   */
  record Ended(double seconds, double peakMegabytes) {}

  private static final Duration LIMIT = Duration.ofMinutes(15);

  /** Runs a command that has to succeed. Its output goes to a file beside others. */
  Ended run(Path log, String... arguments) throws IOException, InterruptedException {
    long began = System.nanoTime();
    try (ToolProcess process = start(log, arguments)) {
      double peak = process.awaitEnd(LIMIT);
      double seconds = Bench.seconds(process.endedAt() - began);
      if (process.exitValue() != 0) {
        throw new IOException(
            name + " " + String.join(" ", arguments) + " fails: " + lastLine(log));
      }
      return new Ended(seconds, peak);
    }
  }

  ToolProcess start(Path log, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(executable.toString());
    command.addAll(List.of(arguments));
    return ToolProcess.start(command, log);
  }

  /** Replicates what a configuration names, until the process is closed. */
  ToolProcess replicate(Path configuration, Path log) throws IOException {
    return start(log, "replicate", "-config", configuration.toString());
  }

  private static String lastLine(Path log) throws IOException {
    List<String> lines = Files.readAllLines(log, StandardCharsets.UTF_8);
    return lines.isEmpty() ? "" : lines.get(lines.size() - 1);
  }
}
