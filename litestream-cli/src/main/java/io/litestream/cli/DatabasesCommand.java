package io.litestream.cli;

import io.litestream.cli.output.Listing;
import io.litestream.core.DatabaseOptions;
import io.litestream.core.ReplicaOptions;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@CommandLine.Command(
    customSynopsis = "litestream databases [options]",
    description =
        "Lists the databases of the configuration file and of its directories, with the names of their replicas.")
final class DatabasesCommand implements Command {

  @Mixin final ConfigOptions config = new ConfigOptions();
  @Mixin final ListingOptions listing = new ListingOptions();
  @Mixin final GeneralOptions general = new GeneralOptions();

  @Parameters(hidden = true)
  List<String> arguments = List.of();

  @Override
  public GeneralOptions general() {
    return general;
  }

  @Override
  public int run(Surroundings surroundings) throws IOException {
    if (!arguments.isEmpty()) {
      throw new CommandException("too many arguments");
    }
    Listing databases = new Listing("path", "replicas");
    for (DatabaseOptions database : config.read(surroundings).presentDatabases()) {
      databases.add(
          database.path(), database.replicas().stream().map(ReplicaOptions::name).toList());
    }
    listing.print(databases, surroundings);
    return Program.OK;
  }
}
