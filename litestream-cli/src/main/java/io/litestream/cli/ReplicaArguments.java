package io.litestream.cli;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which replicas a command looks at. */
final class ReplicaArguments {

  @Parameters(hidden = true)
  List<String> arguments = List.of();

  @Option(
      names = {"-replica", "--replica"},
      paramLabel = "NAME",
      description = "Only the replica of that name.")
  @Nullable String replica;

  @Mixin final ConfigOptions config = new ConfigOptions();

  Selection select(Surroundings surroundings) throws IOException {
    return Selection.of(arguments, config, replica, surroundings);
  }
}
