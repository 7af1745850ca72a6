package io.litestream.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;

@CommandLine.Command(
    customSynopsis = "litestream stop [options] DB_PATH",
    description = {
      "Has the process that replicates stop one database, until 'litestream start' or until the"
          + " process is restarted. Others go on.",
      "Waits for a last sync. If something committed is not in every replica by then, the exit code"
          + " is 1; the database is stopped all the same."
    })
final class StopCommand implements Command {

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
        .post("/stop", Map.of("path", database.toString(), "timeout", control.timeout));
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("db_path", database.toString());
    result.put("state", "stopped");
    result.put("socket", control.path(surroundings).toString());
    control.print(result, surroundings);
    return Program.OK;
  }
}
