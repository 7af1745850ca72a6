package io.litestream.cli;

import io.litestream.cli.config.Configuration;
import io.litestream.cli.config.ListenAddress;
import io.litestream.cli.monitor.RequestTally;
import io.litestream.cli.monitor.RunningStatus;
import io.litestream.cli.monitor.StatusDocument;
import io.litestream.cli.monitor.Watched;
import io.litestream.cli.output.ByteCount;
import io.litestream.cli.output.JsonTree;
import io.litestream.cli.output.Listing;
import io.litestream.core.DatabaseOptions;
import io.litestream.core.DatabaseStatus;
import io.litestream.core.Inspection;
import io.litestream.core.ReplicaOptions;
import io.litestream.core.ReplicaStores;
import io.litestream.core.position.Generation;
import io.litestream.core.position.Position;
import java.io.IOException;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@CommandLine.Command(
    customSynopsis = {
      "litestream status [options]",
      "   or: litestream status [options] DB_PATH",
      "   or: litestream status [options] REPLICA_URL"
    },
    description = {
      "Tells where databases and replicas stand. Asks the process that replicates, if the"
          + " configuration has an 'addr' and it answers there; else reads files and replicas, of"
          + " which a line on standard error tells.",
      "Exits with 0 if it could be told, however it stands."
    })
final class StatusCommand implements Command {

  @Parameters(hidden = true)
  List<String> arguments = List.of();

  @Mixin final ConfigOptions config = new ConfigOptions();
  @Mixin final ListingOptions listing = new ListingOptions();
  @Mixin final GeneralOptions general = new GeneralOptions();

  @Override
  public GeneralOptions general() {
    return general;
  }

  @Override
  public int run(Surroundings surroundings) throws IOException {
    if (arguments.size() == 1 && ReplicaStores.isUrl(arguments.get(0))) {
      printReplica(surroundings);
      return Program.OK;
    }
    Configuration configuration = config.read(surroundings);
    Optional<DatabaseOptions> only = Optional.empty();
    if (!arguments.isEmpty()) {
      only = Selection.of(arguments, config, null, surroundings).configured();
    }
    String document = document(configuration, only, surroundings);
    if (listing.json) {
      surroundings.out().print(document);
    } else {
      table(JsonTree.parse(document)).printTable(surroundings.out());
    }
    return Program.OK;
  }

  private static String document(
      Configuration configuration, Optional<DatabaseOptions> only, Surroundings surroundings)
      throws IOException {
    Optional<ListenAddress> addr = configuration.monitoring().addr();
    if (addr.isPresent()) {
      try {
        return RunningStatus.ask(addr.get(), only.map(DatabaseOptions::path));
      } catch (IOException e) {
        surroundings
            .err()
            .println(
                "litestream: no process tells its status at "
                    + addr.get()
                    + " ("
                    + e.getMessage()
                    + "); what follows is read off files and replicas");
      }
    }
    Inspection inspection =
        new Inspection(ReplicaStores.installed(), surroundings.clock().instant());
    List<Watched> databases = new ArrayList<>();
    List<DatabaseOptions> all =
        only.isPresent() ? List.of(only.get()) : configuration.presentDatabases();
    for (DatabaseOptions database : all) {
      databases.add(new Watched(database, inspection.of(database)));
    }
    StringWriter text = new StringWriter();
    new StatusDocument(
            Optional.empty(), configuration.monitoring().maxLag(), databases, new RequestTally())
        .writeTo(text);
    return text + "\n";
  }

  private static Listing table(JsonTree document) {
    Listing table =
        new Listing(
            "database", "replica", "state", "lag", "behind", "position", "last-sync", "error");
    for (JsonTree database : document.objects("databases")) {
      for (JsonTree replica : database.objects("replicas")) {
        table.add(
            database.text("path").orElse(""),
            replica.text("name").orElse(""),
            state(database, replica),
            Duration.ofMillis(number(replica, "lag_seconds").movePointRight(3).longValue()),
            ByteCount.text(number(replica, "lag_bytes").longValue()),
            position(replica),
            replica.text("last_sync").<Object>map(Instant::parse).orElse(""),
            error(database, replica).orElse(""));
      }
    }
    return table;
  }

  /** One word for how a replica stands. */
  private static String state(JsonTree database, JsonTree replica) {
    if (!database.isTrue("present")) {
      return "waiting";
    }
    if (!replica.isTrue("healthy") && drillError(replica).isEmpty()) {
      return "late";
    }
    if (error(database, replica).isPresent()) {
      return "failing";
    }
    return number(replica, "lag_seconds").signum() > 0 ? "behind" : "ok";
  }

  /** What keeps a replica from being complete, or else from being no larger than it has to be. */
  private static Optional<String> error(JsonTree database, JsonTree replica) {
    return database
        .text("error")
        .or(() -> replica.text("error"))
        .or(() -> drillError(replica).map(error -> "restore drill failed: " + error))
        .or(() -> replica.object("retention").flatMap(retention -> retention.text("error")));
  }

  private static Optional<String> drillError(JsonTree replica) {
    return replica.object("drill").flatMap(drill -> drill.text("error"));
  }

  private static BigDecimal number(JsonTree tree, String name) {
    return tree.number(name).orElse(BigDecimal.ZERO);
  }

  private static String position(JsonTree replica) {
    return replica
        .text("generation")
        .map(
            generation ->
                new Position(
                        new Generation(generation),
                        number(replica, "index").intValue(),
                        number(replica, "offset").longValue())
                    .toString())
        .orElse("");
  }

  /** Of a URL alone there is no database to compare with. */
  private void printReplica(Surroundings surroundings) throws IOException {
    if (config.isGiven()) {
      throw new CommandException("cannot specify a replica URL and the -config flag");
    }
    ReplicaOptions options = ReplicaOptions.of(arguments.get(0));
    DatabaseStatus.Replica replica =
        new Inspection(ReplicaStores.installed(), surroundings.clock().instant()).of(options);
    Listing table = new Listing("replica", "lag", "position", "last-sync", "error");
    table.add(
        replica.name(),
        replica.lag(),
        replica.position().map(Position::toString).orElse(""),
        replica.lastSync().<Object>map(at -> at).orElse(""),
        replica.error().orElse(""));
    listing.print(table, surroundings);
  }
}
