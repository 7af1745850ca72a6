package io.litestream.cli;

import io.litestream.cli.config.ControlSettings;
import io.litestream.cli.control.ControlClient;
import io.litestream.cli.output.JsonText;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** How a running process is asked over its control socket, and how its answer is printed. */
final class ControlOptions {

  /** What an answer may take beyond the time that was asked for. */
  private static final int GRACE_SECONDS = 15;

  @Parameters(hidden = true)
  List<String> arguments = new ArrayList<>();

  @Option(
      names = {"-socket", "--socket"},
      paramLabel = "PATH",
      description =
          "The control socket of the process that replicates. Default: "
              + ControlSettings.DEFAULT_PATH
              + ".")
  String socket = ControlSettings.DEFAULT_PATH;

  @Option(
      names = {"-timeout", "--timeout"},
      paramLabel = "SECONDS",
      description = "The longest wait. Default: 30.")
  int timeout = 30;

  @Option(
      names = {"-json", "--json"},
      description = "Prints JSON in place of lines.")
  boolean json;

  ControlClient client(Surroundings surroundings) throws CommandException {
    if (timeout < 1) {
      throw new CommandException("timeout must be greater than 0");
    }
    return new ControlClient(path(surroundings), Duration.ofSeconds(timeout + GRACE_SECONDS));
  }

  /** The socket's path. */
  Path path(Surroundings surroundings) {
    return surroundings.paths().resolve(socket);
  }

  /** The one argument, absolute: the process may run in another directory. */
  Path database(Surroundings surroundings) throws CommandException {
    if (arguments.isEmpty() || arguments.get(0).isEmpty()) {
      throw new CommandException("database path required");
    }
    if (arguments.size() > 1) {
      throw new CommandException("too many arguments");
    }
    return surroundings.paths().resolve(arguments.get(0));
  }

  void requireNoArguments() throws CommandException {
    if (!arguments.isEmpty()) {
      throw new CommandException("too many arguments");
    }
  }

  /** Prints a line for each value, or JSON. */
  void print(Map<String, ?> result, Surroundings surroundings) {
    if (json) {
      surroundings.out().print(JsonText.pretty(result) + "\n");
    } else {
      result.forEach((key, value) -> surroundings.out().print(key + ": " + value + "\n"));
    }
  }
}
