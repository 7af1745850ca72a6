package io.litestream.cli;

import io.litestream.cli.config.LogSettings;
import io.litestream.cli.log.Logging;
import io.litestream.cli.process.StopSignal;
import io.litestream.core.position.Generation;
import io.litestream.core.position.TxId;
import io.litestream.core.restore.IntegrityCheck;
import io.litestream.core.restore.RestoreException;
import io.litestream.core.restore.RestoreRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@CommandLine.Command(
    customSynopsis = {
      "litestream restore [options] DB_PATH",
      "   or: litestream restore [options] REPLICA_URL"
    },
    description = {
      "Brings a database back from a replica. The finished database appears at its path, or nothing"
          + " does: a file that is there already is never touched."
    })
final class RestoreCommand implements Command {

  @Option(
      names = {"-o", "--output"},
      paramLabel = "PATH",
      description = "Where the database is to appear. Default: the path in the configuration.")
  @Nullable String output;

  @Option(
      names = {"-generation", "--generation"},
      paramLabel = "NAME",
      description = "The generation to restore. Default: the one that was updated last.")
  @Nullable String generation;

  @Option(
      names = {"-index", "--index"},
      paramLabel = "HEX",
      description = "The last WAL index to apply, in hexadecimal. Default: all of them.")
  @Nullable String index;

  @Option(
      names = {"-txid", "--txid"},
      paramLabel = "HEX",
      description =
          "From a replica of Litestream v0.5: the last transaction to apply, in hexadecimal."
              + " Default: all of them.")
  @Nullable String txId;

  @Option(
      names = {"-timestamp", "--timestamp"},
      paramLabel = "TIME",
      description =
          "Restores what was in the replica at that time, such as 2026-01-31T23:59:59Z."
              + " Default: all of it.")
  @Nullable String timestamp;

  @Option(
      names = {"-parallelism", "--parallelism"},
      paramLabel = "NUM",
      description = "How many objects are fetched at once. Default: ${DEFAULT-VALUE}.")
  int parallelism = RestoreRequest.DEFAULT_PARALLELISM;

  @Option(
      names = {"-if-db-not-exists", "--if-db-not-exists"},
      description = "If the output exists already, exits with 0 and leaves it alone.")
  boolean ifDbNotExists;

  @Option(
      names = {"-if-replica-exists", "--if-replica-exists"},
      description = "If there is nothing to restore from, exits with 0.")
  boolean ifReplicaExists;

  @Option(
      names = {"-integrity-check", "--integrity-check"},
      paramLabel = "CHECK",
      defaultValue = "auto",
      description =
          "What SQLite is to check before the database appears: auto, none, quick or full."
              + " Default: ${DEFAULT-VALUE}, which is quick where checksums leave a doubt.")
  String integrityCheck = "auto";

  @Option(
      names = {"-dry-run", "--dry-run"},
      description = "Prints what would be restored, and restores nothing.")
  boolean dryRun;

  @Option(
      names = {"-json", "--json"},
      description = "Prints the result as JSON.")
  boolean json;

  @Mixin final ReplicaArguments replicas = new ReplicaArguments();
  @Mixin final GeneralOptions general = new GeneralOptions();

  @Override
  public GeneralOptions general() {
    return general;
  }

  @Override
  public int run(Surroundings surroundings) throws IOException, InterruptedException {
    Optional<Generation> wantedGeneration = Optional.empty();
    if (generation != null && !generation.isEmpty()) {
      wantedGeneration = Optional.of(Arguments.generation(generation));
    }
    OptionalInt lastIndex =
        index == null ? OptionalInt.empty() : OptionalInt.of(Arguments.index(index));
    Optional<Instant> until =
        timestamp == null ? Optional.empty() : Optional.of(Arguments.timestamp(timestamp));
    Optional<TxId> lastTxId = txId == null ? Optional.empty() : Optional.of(Arguments.txId(txId));
    IntegrityCheck check = check();
    if (lastIndex.isPresent() && until.isPresent()) {
      throw new CommandException("cannot specify both -index and -timestamp");
    }
    if (lastTxId.isPresent() && until.isPresent()) {
      throw new CommandException("cannot specify both -txid and -timestamp");
    }
    if (lastTxId.isPresent() && (lastIndex.isPresent() || wantedGeneration.isPresent())) {
      throw new CommandException(
          "cannot specify -txid, which is for replicas of Litestream v0.5, and -generation or -index, which are for others");
    }
    if (parallelism < 1) {
      throw new CommandException("invalid -parallelism '" + parallelism + "': it is at least 1");
    }
    Selection selection = replicas.select(surroundings);
    Path target = target(selection, surroundings);
    RestoreReport report = report(selection, target, surroundings);
    if (ifDbNotExists && !dryRun && Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      report.skipped("database already exists, skipping");
      return Program.OK;
    }
    RestoreRequest request =
        new RestoreRequest(target, wantedGeneration, lastIndex, until, parallelism, check);
    try (OpenReplicas open = OpenReplicas.of(selection.replicas())) {
      PlannedRestore planned = new RestoreChoice(open, request, lastTxId).plan();
      if (dryRun) {
        planned.describe(report);
        return Program.OK;
      }
      planned.announce(report);
      restore(planned, report, surroundings).tell(report);
      return Program.OK;
    } catch (RestoreException e) {
      if (ifReplicaExists && e.kind() == RestoreException.Kind.NO_REPLICA_DATA) {
        report.skipped("no matching backups found");
        return Program.OK;
      }
      if (ifDbNotExists && !dryRun && e.kind() == RestoreException.Kind.TARGET_EXISTS) {
        report.skipped("database already exists, skipping");
        return Program.OK;
      }
      throw e;
    }
  }

  /** A signal interrupts the restore, which then removes what it has written so far. */
  private static PlannedRestore.Result restore(
      PlannedRestore planned, RestoreReport report, Surroundings surroundings)
      throws IOException, InterruptedException {
    Thread restoring = Thread.currentThread();
    AtomicReference<@Nullable StopSignal> stopped = new AtomicReference<>();
    surroundings
        .signals()
        .listen(
            signal -> {
              stopped.set(signal);
              restoring.interrupt();
            },
            () -> {});
    try (ProgressReport progress = report.progress()) {
      return planned.run(progress);
    } catch (InterruptedException e) {
      StopSignal signal = stopped.get();
      throw signal == null ? e : new StoppedException(signal);
    }
  }

  private IntegrityCheck check() throws CommandException {
    return switch (integrityCheck.toLowerCase(Locale.ROOT)) {
      case "auto" -> IntegrityCheck.AUTO;
      case "none" -> IntegrityCheck.NONE;
      case "quick" -> IntegrityCheck.QUICK;
      case "full" -> IntegrityCheck.FULL;
      default ->
          throw new CommandException(
              "invalid -integrity-check '" + integrityCheck + "': auto, none, quick or full");
    };
  }

  private Path target(Selection selection, Surroundings surroundings) throws CommandException {
    if (output != null && !output.isEmpty()) {
      return surroundings.paths().resolve(output);
    }
    return selection
        .database()
        .orElseThrow(() -> new CommandException("output path required: add -o PATH"));
  }

  private RestoreReport report(Selection selection, Path target, Surroundings surroundings) {
    boolean forPeople = surroundings.terminal() || general.verbose;
    LogSettings settings = selection.logging();
    if (forPeople && settings.level().toInt() < Level.WARN.toInt()) {
      settings = settings.at(Level.WARN);
    }
    boolean stderr = settings.stderr() || json || dryRun;
    Logging.configure(
        settings, stderr ? surroundings.err() : surroundings.out(), surroundings.zone());
    return new RestoreReport(surroundings, selection.database(), target, json, forPeople);
  }
}
