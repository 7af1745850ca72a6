package io.litestream.cli;

import io.litestream.cli.output.JsonTree;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@CommandLine.Command(
    customSynopsis = "litestream unregister [options] DB_PATH",
    description = {
      "Has the process that replicates give up a database that was registered. One of the"
          + " configuration file is taken out there, or stopped.",
      "Waits for a last sync. If something committed is not in the replica by then, the exit code is"
          + " 1; the database is given up all the same."
    })
final class UnregisterCommand implements Command {

  @Option(
      names = {"-dry-run", "--dry-run"},
      description = "Says what would be asked for, and asks for nothing.")
  boolean dryRun;

  @Mixin final ControlOptions control = new ControlOptions();
  @Mixin final GeneralOptions general = new GeneralOptions();

  @Override
  public GeneralOptions general() {
    return general;
  }

  @Override
  public int run(Surroundings surroundings) throws IOException {
    Path database = control.database(surroundings);
    Map<String, Object> result = new LinkedHashMap<>();
    if (dryRun) {
      result.put("status", "dry run, nothing was asked for");
    } else {
      JsonTree answer =
          control
              .client(surroundings)
              .post("/unregister", Map.of("path", database.toString(), "timeout", control.timeout));
      result.put("status", answer.text("status").orElse(""));
    }
    result.put("db_path", database.toString());
    result.put("socket", control.path(surroundings).toString());
    control.print(result, surroundings);
    return Program.OK;
  }
}
