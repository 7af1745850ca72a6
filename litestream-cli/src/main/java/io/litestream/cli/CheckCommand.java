package io.litestream.cli;

import io.litestream.cli.check.CheckReport;
import io.litestream.cli.check.ReplicaProbe;
import io.litestream.core.DatabaseOptions;
import io.litestream.core.ReplicaOptions;
import io.litestream.core.ReplicaStores;
import io.litestream.core.check.DatabaseCheck;
import io.litestream.spi.RequestObserver;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@CommandLine.Command(
    customSynopsis = {
      "litestream check [options]",
      "   or: litestream check [options] DB_PATH",
      "   or: litestream check [options] REPLICA_URL"
    },
    description = {
      "Finds out whether databases can be replicated and their replicas be kept: writes, lists,"
          + " reads and deletes a probe object in each replica, and looks at databases, disks and"
          + " clocks. Without an argument, everything in the configuration file is checked.",
      "Exits with 0 if nothing has to be done, 2 if a database cannot be used, 3 if a replica's"
          + " store denies something, 4 if it cannot be reached, 5 if the settings cannot work, 6 if"
          + " the store does not do what it says, 7 if there is too little room on a disk, 8 if the"
          + " clocks differ; the first of these that is true."
    })
final class CheckCommand implements Command {

  @Mixin final ReplicaArguments replicas = new ReplicaArguments();

  @Option(
      names = {"-json", "--json"},
      description = "Prints a JSON object in place of lines.")
  boolean json;

  @Mixin final GeneralOptions general = new GeneralOptions();

  @Override
  public GeneralOptions general() {
    return general;
  }

  @Override
  public int run(Surroundings surroundings) throws IOException {
    CheckReport report = new CheckReport();
    if (replicas.arguments.isEmpty()) {
      List<DatabaseOptions> databases = replicas.config.read(surroundings).presentDatabases();
      if (databases.isEmpty()) {
        throw new CommandException("no databases specified in configuration");
      }
      for (DatabaseOptions database : databases) {
        check(database, database.replicas(), report, surroundings);
      }
    } else {
      Selection selection = replicas.select(surroundings);
      if (selection.configured().isPresent()) {
        check(selection.configured().get(), selection.replicas(), report, surroundings);
      } else {
        probe(Optional.empty(), selection.replicas(), report, surroundings);
      }
    }
    if (json) {
      report.printJson(surroundings.out());
    } else {
      report.printText(surroundings.out());
    }
    return report.exitCode();
  }

  private static void check(
      DatabaseOptions database,
      List<ReplicaOptions> replicas,
      CheckReport report,
      Surroundings surroundings)
      throws IOException {
    report.addDatabase(database.path(), DatabaseCheck.run(database));
    probe(Optional.of(database.path()), replicas, report, surroundings);
  }

  private static void probe(
      Optional<Path> database,
      List<ReplicaOptions> replicas,
      CheckReport report,
      Surroundings surroundings)
      throws IOException {
    ReplicaStores adapters = ReplicaStores.installed();
    for (ReplicaOptions replica : replicas) {
      report.addReplica(
          database,
          replica.name(),
          ReplicaProbe.run(adapters, replica, RequestObserver.NONE, surroundings.clock()));
    }
  }
}
