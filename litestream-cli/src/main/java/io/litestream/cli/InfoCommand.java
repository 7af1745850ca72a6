package io.litestream.cli;

import io.litestream.cli.output.JsonTree;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;

@CommandLine.Command(
    customSynopsis = "litestream info [options]",
    description = "Tells about the process that replicates: version, process number, uptime.")
final class InfoCommand implements Command {

  @Mixin final ControlOptions control = new ControlOptions();
  @Mixin final GeneralOptions general = new GeneralOptions();

  @Override
  public GeneralOptions general() {
    return general;
  }

  @Override
  public int run(Surroundings surroundings) throws IOException {
    control.requireNoArguments();
    JsonTree info = control.client(surroundings).get("/info");
    Map<String, Object> result = new LinkedHashMap<>();
    for (String name : info.names()) {
      info.text(name).ifPresent(text -> result.put(name, text));
      info.number(name).ifPresent(number -> result.put(name, number.longValue()));
    }
    control.print(result, surroundings);
    return Program.OK;
  }
}
