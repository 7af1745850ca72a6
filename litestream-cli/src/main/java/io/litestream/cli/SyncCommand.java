package io.litestream.cli;

import io.litestream.cli.output.JsonTree;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@CommandLine.Command(
    customSynopsis = "litestream sync [options] DB_PATH",
    description = {
      "Has the process that replicates bring a database's replicas up to date now, whatever their"
          + " sync interval.",
      "Returns when what was committed before has been copied on this machine; with -wait when it"
          + " is in every replica. Exits with 1 if that did not come true in time."
    })
final class SyncCommand implements Command {

  @Option(
      names = {"-wait", "--wait"},
      description = "Waits until the replicas have everything.")
  boolean wait;

  @Mixin final ControlOptions control = new ControlOptions();
  @Mixin final GeneralOptions general = new GeneralOptions();

  @Override
  public GeneralOptions general() {
    return general;
  }

  @Override
  public int run(Surroundings surroundings) throws IOException {
    Path database = control.database(surroundings);
    long began = System.nanoTime();
    JsonTree answer =
        control
            .client(surroundings)
            .post(
                "/sync",
                Map.of("path", database.toString(), "wait", wait, "timeout", control.timeout));
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("db_path", database.toString());
    result.put("status", answer.text("status").orElse(""));
    answer.text("generation").ifPresent(text -> result.put("generation", text));
    for (String name : List.of("index", "offset", "replicated_index", "replicated_offset")) {
      answer.number(name).ifPresent(number -> result.put(name, number.longValue()));
    }
    result.put("duration_ms", Duration.ofNanos(System.nanoTime() - began).toMillis());
    control.print(result, surroundings);
    return Program.OK;
  }
}
