package io.litestream.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;

@CommandLine.Command(
    customSynopsis = "litestream start [options] DB_PATH",
    description = {
      "Has the process that replicates go on with a database that was stopped.",
      "The process itself is started by 'litestream replicate'."
    })
final class StartCommand implements Command {

  @Mixin final ControlOptions control = new ControlOptions();
  @Mixin final GeneralOptions general = new GeneralOptions();

  @Override
  public GeneralOptions general() {
    return general;
  }

  @Override
  public int run(Surroundings surroundings) throws IOException {
    Path database = control.database(surroundings);
    control
        .client(surroundings)
        .post("/start", Map.of("path", database.toString(), "timeout", control.timeout));
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("db_path", database.toString());
    result.put("state", "running");
    result.put("socket", control.path(surroundings).toString());
    control.print(result, surroundings);
    return Program.OK;
  }
}
