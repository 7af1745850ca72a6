package io.litestream.cli;

import io.litestream.cli.config.GoDuration;
import io.litestream.cli.output.Listing;
import io.litestream.core.ReplicaOptions;
import io.litestream.core.ReplicaStores;
import io.litestream.core.RetentionOptions;
import io.litestream.core.check.StoreOperation;
import io.litestream.core.replica.ReplicaReader;
import io.litestream.core.retention.DeleteResult;
import io.litestream.core.retention.KnownReplica;
import io.litestream.core.retention.RetentionPass;
import io.litestream.core.retention.RetentionPlan;
import io.litestream.core.retention.RetentionRules;
import io.litestream.spi.ReplicaStore;
import io.litestream.spi.RequestObserver;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@CommandLine.Command(
    customSynopsis = {
      "litestream expire [options] DB_PATH",
      "   or: litestream expire [options] -retention DURATION REPLICA_URL"
    },
    description = {
      "Deletes from a database's replicas what need not be kept any more: the pass that 'replicate'"
          + " makes by itself, once, by hand.",
      "What is kept is said by the configuration file; for a URL, by -retention and the -keep"
          + " options. Exits with 1 if anything could not be deleted."
    })
final class ExpireCommand implements Command {

  @Option(
      names = {"-dry-run", "--dry-run"},
      description = "Shows what would be deleted, and deletes nothing.")
  boolean dryRun;

  @Option(
      names = {"-retention", "--retention"},
      paramLabel = "DURATION",
      description = "For a URL: from how long ago on every moment is kept.")
  @Nullable String retention;

  @Option(
      names = {"-keep-hourly", "--keep-hourly"},
      paramLabel = "NUM",
      description = "For a URL: of how many hours the last snapshot is kept. Default: 0.")
  int keepHourly;

  @Option(
      names = {"-keep-daily", "--keep-daily"},
      paramLabel = "NUM",
      description = "The same for days.")
  int keepDaily;

  @Option(
      names = {"-keep-weekly", "--keep-weekly"},
      paramLabel = "NUM",
      description = "The same for weeks.")
  int keepWeekly;

  @Option(
      names = {"-keep-monthly", "--keep-monthly"},
      paramLabel = "NUM",
      description = "The same for months.")
  int keepMonthly;

  @Mixin final ReplicaArguments replicas = new ReplicaArguments();
  @Mixin final ListingOptions listing = new ListingOptions();
  @Mixin final GeneralOptions general = new GeneralOptions();

  @Override
  public GeneralOptions general() {
    return general;
  }

  @Override
  public int run(Surroundings surroundings) throws IOException {
    Selection selection = replicas.select(surroundings);
    Optional<RetentionRules> given = given(selection);
    ReplicaStores stores = ReplicaStores.installed();
    Instant now = surroundings.clock().instant();
    Listing rows =
        dryRun
            ? new Listing("replica", "generation", "snapshots", "segments", "size")
            : new Listing("replica", "snapshots", "segments", "size", "failed");
    List<String> failures = new ArrayList<>();
    for (ReplicaOptions replica : selection.replicas()) {
      RetentionOptions options = replica.retention();
      try (ReplicaStore store = stores.open(replica, RequestObserver.NONE)) {
        KnownReplica known = new KnownReplica(new ReplicaReader(replica, store));
        RetentionRules rules = given.orElse(options.rules());
        RetentionPass pass = new RetentionPass(known, store, rules, options.verifyDeletes());
        if (rules.window().isPresent()) {
          known.survey(Optional.empty());
        }
        if (dryRun) {
          show(replica, pass, now, rows);
        } else {
          DeleteResult result = pass.run(Optional.empty(), now, Set.of());
          rows.add(
              replica.name(),
              result.snapshots(),
              result.segments(),
              result.bytes(),
              result.failed().size());
          if (!result.failed().isEmpty()) {
            String permission = StoreOperation.DELETE.permission(replica.type()).orElse("");
            failures.add(
                "replica '" + replica.name() + "': " + result.describeFailures(permission));
          }
        }
      } catch (IOException e) {
        failures.add("replica '" + replica.name() + "': " + e.getMessage());
      }
    }
    listing.print(rows, surroundings);
    if (!failures.isEmpty()) {
      throw new CommandException(String.join("; ", failures));
    }
    return Program.OK;
  }

  /** What the options say; a database's configuration is not overruled by them. */
  private Optional<RetentionRules> given(Selection selection) throws CommandException {
    boolean any =
        retention != null
            || keepHourly != 0
            || keepDaily != 0
            || keepWeekly != 0
            || keepMonthly != 0;
    if (selection.database().isPresent()) {
      if (any) {
        throw new CommandException(
            "cannot specify -retention or -keep options for a database: the configuration file"
                + " says what is kept");
      }
      return Optional.empty();
    }
    if (retention == null) {
      throw new CommandException("a replica URL needs -retention, such as -retention 24h");
    }
    try {
      Duration window = GoDuration.parse(retention);
      return Optional.of(
          new RetentionRules(Optional.of(window), keepHourly, keepDaily, keepWeekly, keepMonthly));
    } catch (IllegalArgumentException e) {
      throw new CommandException("invalid -retention or -keep option: " + e.getMessage());
    }
  }

  private static void show(ReplicaOptions replica, RetentionPass pass, Instant now, Listing rows)
      throws IOException {
    for (RetentionPlan.Part part : pass.plan(Optional.empty(), now).parts()) {
      DeleteResult would = pass.preview(part);
      if (would.deleted() > 0) {
        rows.add(
            replica.name(), part.generation(), would.snapshots(), would.segments(), would.bytes());
      }
    }
  }
}
