package io.litestream.cli;

import io.litestream.cli.config.Configuration;
import io.litestream.cli.config.GoDuration;
import io.litestream.cli.cost.Forecast;
import io.litestream.cli.cost.Prices;
import io.litestream.cli.cost.Usage;
import io.litestream.cli.monitor.RunningStatus;
import io.litestream.cli.output.JsonTree;
import io.litestream.cli.output.Listing;
import io.litestream.core.DatabaseOptions;
import io.litestream.core.LeaseOptions;
import io.litestream.core.LeaseOptions.Mode;
import io.litestream.core.ReplicaOptions;
import io.litestream.core.RetentionOptions;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@CommandLine.Command(
    customSynopsis = "litestream cost [options]",
    description = {
      "Tells what the replicas of the configuration file cost in a month of 30 days, in requests and"
          + " money: a forecast from their settings and from what the application writes, or what the"
          + " running process has counted.",
      "The prices are those of a published list, without any allowance, and without traffic."
    })
final class CostCommand implements Command {

  private static final double GIGABYTE = 1e9;

  /** Below this, the start is a large part of what was counted. */
  private static final Duration SHORT = Duration.ofHours(1);

  @Parameters(hidden = true)
  List<String> arguments = List.of();

  @Option(
      names = {"-measured", "--measured"},
      description = "Takes the requests that the process at 'addr' has counted since its start.")
  boolean measured;

  @Option(
      names = {"-commits", "--commits"},
      paramLabel = "NUM",
      defaultValue = "1",
      description = "Commits per second of each database. Default: ${DEFAULT-VALUE}.")
  double commits = 1;

  @Option(
      names = {"-wal-per-day", "--wal-per-day"},
      paramLabel = "BYTES",
      defaultValue = "100000000",
      description = "Bytes of WAL that each database writes in a day. Default: ${DEFAULT-VALUE}.")
  double walPerDay = 100_000_000;

  @Option(
      names = {"-database-size", "--database-size"},
      paramLabel = "BYTES",
      description = "Size of each database. Default: that of its file.")
  @Nullable Double databaseSize;

  @Option(
      names = {"-compression", "--compression"},
      paramLabel = "NUM",
      defaultValue = "0.5",
      description = "Bytes in the replica for one byte of database. Default: ${DEFAULT-VALUE}.")
  double compression = 0.5;

  @Option(
      names = {"-prices", "--prices"},
      paramLabel = "FILE",
      description = "A JSON file of prices, by type of replica.")
  @Nullable String prices;

  @Option(
      names = {"-price-list", "--price-list"},
      paramLabel = "NAME",
      description = "The prices to take for every replica, in place of those of its type.")
  @Nullable String priceList;

  @Mixin final ConfigOptions config = new ConfigOptions();
  @Mixin final ListingOptions listing = new ListingOptions();
  @Mixin final GeneralOptions general = new GeneralOptions();

  @Override
  public GeneralOptions general() {
    return general;
  }

  @Override
  public int run(Surroundings surroundings) throws IOException {
    if (!arguments.isEmpty()) {
      throw new CommandException("too many arguments");
    }
    Configuration configuration = config.read(surroundings);
    Map<String, Prices> table =
        prices == null
            ? Prices.BUILT_IN
            : Prices.overriddenBy(Files.readString(surroundings.paths().resolve(prices)));
    Optional<JsonTree> status = measured ? Optional.of(ask(configuration)) : Optional.empty();
    status.ifPresent(document -> warnIfShort(document, surroundings));
    Listing list =
        new Listing(
            "database",
            "replica",
            "put",
            "list",
            "get",
            "delete",
            "stored_gb",
            "requests_cost",
            "storage_cost",
            "cost");
    for (DatabaseOptions database : configuration.presentDatabases()) {
      for (ReplicaOptions replica : database.replicas()) {
        Usage usage = forecast(database, replica);
        if (status.isPresent()) {
          usage = counted(status.get(), database, replica, usage.storedBytes());
        }
        add(list, database, replica, usage, pricesOf(table, replica));
      }
    }
    listing.print(list, surroundings);
    return Program.OK;
  }

  private static JsonTree ask(Configuration configuration) throws IOException {
    if (configuration.monitoring().addr().isEmpty()) {
      throw new CommandException("-measured needs an 'addr' in the configuration");
    }
    return JsonTree.parse(
        RunningStatus.ask(configuration.monitoring().addr().get(), Optional.empty()));
  }

  private static void warnIfShort(JsonTree document, Surroundings surroundings) {
    if (uptime(document).compareTo(SHORT) < 0) {
      surroundings
          .err()
          .println(
              "litestream: the process has run for "
                  + GoDuration.format(GoDuration.truncate(uptime(document)))
                  + " only; what its start has cost weighs too much in these numbers");
    }
  }

  private static Duration uptime(JsonTree document) {
    return Duration.ofMillis(
        document.number("uptime_seconds").orElse(BigDecimal.ZERO).movePointRight(3).longValue());
  }

  private Usage forecast(DatabaseOptions database, ReplicaOptions replica) throws IOException {
    RetentionOptions retention = replica.retention();
    try {
      return new Forecast(
              replica.syncInterval(),
              retention.snapshotInterval(),
              retention.rules().window(),
              retention.effectiveCheckInterval(),
              commits,
              walPerDay,
              databaseSize == null ? sizeOf(database.path()) : databaseSize,
              compression,
              Optional.of(replica.lease())
                  .filter(lease -> lease.mode() != Mode.OFF)
                  .map(LeaseOptions::ttl))
          .usage();
    } catch (IllegalArgumentException e) {
      throw new CommandException("cannot forecast: " + e.getMessage());
    }
  }

  private static double sizeOf(Path file) throws IOException {
    return Files.exists(file) ? (double) Files.size(file) : 0;
  }

  private static Usage counted(
      JsonTree document, DatabaseOptions database, ReplicaOptions replica, double stored)
      throws CommandException {
    for (JsonTree each : document.objects("databases")) {
      for (JsonTree one : each.objects("replicas")) {
        if (each.text("path").equals(Optional.of(database.path().toString()))
            && one.text("name").equals(Optional.of(replica.name()))) {
          return Usage.measured(
              count(one, "PUT"),
              count(one, "LIST"),
              count(one, "GET"),
              count(one, "DELETE"),
              stored,
              uptime(document));
        }
      }
    }
    throw new CommandException(
        "the process does not replicate " + database.path() + " to '" + replica.name() + "'");
  }

  private static long count(JsonTree replica, String operation) {
    return replica
        .object("requests")
        .flatMap(requests -> requests.object(operation))
        .flatMap(request -> request.number("count"))
        .map(BigDecimal::longValue)
        .orElse(0L);
  }

  private Prices pricesOf(Map<String, Prices> table, ReplicaOptions replica)
      throws CommandException {
    String name = priceList == null ? replica.type() : priceList;
    Prices found = table.get(name);
    if (found == null) {
      throw new CommandException(
          "there are no prices for '" + name + "'; give them in a file with -prices");
    }
    return found;
  }

  private static void add(
      Listing list, DatabaseOptions database, ReplicaOptions replica, Usage usage, Prices price) {
    list.add(
        database.path(),
        replica.name(),
        Math.round(usage.puts()),
        Math.round(usage.lists()),
        Math.round(usage.gets()),
        Math.round(usage.deletes()),
        decimal(usage.storedBytes() / GIGABYTE, 3),
        decimal(price.ofRequests(usage), 2),
        decimal(price.ofStorage(usage), 2),
        decimal(price.of(usage), 2));
  }

  private static BigDecimal decimal(double value, int digits) {
    return BigDecimal.valueOf(value).setScale(digits, RoundingMode.HALF_UP);
  }
}
