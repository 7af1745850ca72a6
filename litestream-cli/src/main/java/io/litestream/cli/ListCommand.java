package io.litestream.cli;

import io.litestream.cli.output.JsonTree;
import io.litestream.cli.output.Listing;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;

@CommandLine.Command(
    customSynopsis = "litestream list [options]",
    description = {
      "Lists the databases of the process that replicates: replicating, stopped by hand, or failing"
          + " so far. 'litestream status' tells more."
    })
final class ListCommand implements Command {

  @Mixin final ControlOptions control = new ControlOptions();
  @Mixin final GeneralOptions general = new GeneralOptions();

  @Override
  public GeneralOptions general() {
    return general;
  }

  @Override
  public int run(Surroundings surroundings) throws IOException {
    control.requireNoArguments();
    List<JsonTree> databases = control.client(surroundings).get("/list").objects("databases");
    if (control.json) {
      List<Map<String, String>> all = new ArrayList<>();
      for (JsonTree database : databases) {
        Map<String, String> fields = new LinkedHashMap<>();
        database
            .names()
            .forEach(name -> database.text(name).ifPresent(text -> fields.put(name, text)));
        all.add(fields);
      }
      control.print(Map.of("databases", all), surroundings);
    } else {
      Listing table = new Listing("path", "status", "last-sync");
      for (JsonTree database : databases) {
        table.add(
            database.text("path").orElse(""),
            database.text("status").orElse(""),
            database.text("last_sync_at").<Object>map(Instant::parse).orElse(""));
      }
      table.printTable(surroundings.out());
    }
    return Program.OK;
  }
}
