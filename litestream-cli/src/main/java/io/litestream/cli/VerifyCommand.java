package io.litestream.cli;

import io.litestream.cli.output.Listing;
import io.litestream.core.position.Generation;
import io.litestream.core.replica.ReplicaReader;
import io.litestream.core.restore.GenerationReport;
import io.litestream.core.restore.GenerationReport.Stretch;
import io.litestream.core.restore.IntegrityCheck;
import io.litestream.core.restore.RestoreException;
import io.litestream.core.restore.RestoreProgress;
import io.litestream.core.restore.RestoreRequest;
import io.litestream.core.restore.Restorer;
import io.litestream.core.restore.Verifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@CommandLine.Command(
    customSynopsis = {
      "litestream verify [options] DB_PATH",
      "   or: litestream verify [options] REPLICA_URL"
    },
    description = {
      "Reads everything in a database's replicas, or in one, and says from when to when the"
          + " database can be restored, and what is damaged. Writes nothing to a replica.",
      "Exits with 1 if anything is damaged, or nothing can be restored."
    })
final class VerifyCommand implements Command {

  @Option(
      names = {"-generation", "--generation"},
      paramLabel = "NAME",
      description = "Only that generation. Default: all of them.")
  @Nullable String generation;

  @Option(
      names = {"-parallelism", "--parallelism"},
      paramLabel = "NUM",
      description = "How many objects are fetched at once. Default: ${DEFAULT-VALUE}.")
  int parallelism = RestoreRequest.DEFAULT_PARALLELISM;

  @Option(
      names = {"-deep", "--deep"},
      description =
          "Also restores the end of each generation into a temporary directory, and has SQLite"
              + " check its integrity.")
  boolean deep;

  @Option(
      names = {"-scratch", "--scratch"},
      paramLabel = "DIR",
      description =
          "Where -deep restores to; needs room for one database. Default: the system's directory"
              + " for temporary files.")
  @Nullable String scratch;

  @Mixin final ReplicaArguments replicas = new ReplicaArguments();
  @Mixin final ListingOptions listing = new ListingOptions();
  @Mixin final GeneralOptions general = new GeneralOptions();

  @Override
  public GeneralOptions general() {
    return general;
  }

  /** What was found about a generation of one replica. */
  private record Finding(String replica, GenerationReport report, List<String> damages) {

    /** Whether something is wrong with it. */
    boolean isDamaged() {
      return !damages.isEmpty();
    }

    String state() {
      if (isDamaged()) {
        return "damaged";
      }
      if (report.stretches().isEmpty()) {
        return "no snapshot";
      }
      return report.proved() ? "proved" : "sound";
    }
  }

  @Override
  public int run(Surroundings surroundings) throws IOException, InterruptedException {
    if (parallelism < 1) {
      throw new CommandException("invalid -parallelism '" + parallelism + "': it is at least 1");
    }
    Optional<Generation> only =
        generation == null || generation.isEmpty()
            ? Optional.empty()
            : Optional.of(Arguments.generation(generation));
    Thread verifying = Thread.currentThread();
    surroundings.signals().listen(signal -> verifying.interrupt(), () -> {});
    List<Finding> findings = new ArrayList<>();
    try (OpenReplicas open = OpenReplicas.of(replicas.select(surroundings).replicas())) {
      for (ReplicaReader reader : open.readers()) {
        for (Generation candidate : reader.generations()) {
          if (only.isEmpty() || only.get().equals(candidate)) {
            findings.add(verify(reader, candidate, surroundings));
          }
        }
      }
    }
    print(findings, surroundings);
    return exitCode(findings, surroundings);
  }

  private Finding verify(ReplicaReader reader, Generation candidate, Surroundings surroundings)
      throws IOException, InterruptedException {
    GenerationReport report = Verifier.verify(reader, candidate, parallelism);
    List<String> damages = new ArrayList<>(report.damages());
    if (deep && !report.stretches().isEmpty() && damages.isEmpty()) {
      checkIntegrity(reader, candidate, surroundings).ifPresent(damages::add);
    }
    return new Finding(reader.name(), report, damages);
  }

  /** Restores the end of a generation, and returns what is wrong with it. */
  private Optional<String> checkIntegrity(
      ReplicaReader reader, Generation candidate, Surroundings surroundings)
      throws IOException, InterruptedException {
    Path directory =
        scratch == null || scratch.isEmpty()
            ? Files.createTempDirectory("litestream-verify")
            : Files.createTempDirectory(surroundings.paths().resolve(scratch), "litestream-verify");
    Path output = directory.resolve("restored.db");
    RestoreRequest request =
        new RestoreRequest(
            output,
            Optional.of(candidate),
            OptionalInt.empty(),
            Optional.empty(),
            parallelism,
            IntegrityCheck.FULL);
    try {
      Restorer.restore(Restorer.plan(List.of(reader), request), request, RestoreProgress.NONE);
      return Optional.empty();
    } catch (RestoreException e) {
      if (e.kind() != RestoreException.Kind.DAMAGED) {
        throw e;
      }
      return Optional.of(String.valueOf(e.getMessage()));
    } finally {
      Files.deleteIfExists(output);
      Files.deleteIfExists(directory);
    }
  }

  private void print(List<Finding> findings, Surroundings surroundings) throws IOException {
    Listing table =
        new Listing("name", "generation", "snapshots", "segments", "size", "state", "restorable");
    Listing json =
        new Listing(
            "name",
            "generation",
            "snapshots",
            "segments",
            "size",
            "state",
            "restorable",
            "damages");
    for (Finding finding : findings) {
      GenerationReport report = finding.report();
      table.add(
          finding.replica(),
          report.generation(),
          report.snapshots(),
          report.segments(),
          report.bytes(),
          finding.state(),
          report.stretches().stream().map(VerifyCommand::toSeconds).toList());
      json.add(
          finding.replica(),
          report.generation(),
          report.snapshots(),
          report.segments(),
          report.bytes(),
          finding.state(),
          report.stretches().stream().map(s -> s.from() + "/" + s.to()).toList(),
          finding.damages());
    }
    listing.print(listing.json ? json : table, surroundings);
    for (Finding finding : findings) {
      for (String damage : finding.damages()) {
        surroundings.err().printf("litestream: replica '%s': %s%n", finding.replica(), damage);
      }
    }
  }

  private static String toSeconds(Stretch stretch) {
    return stretch.from().truncatedTo(ChronoUnit.SECONDS)
        + "/"
        + stretch.to().truncatedTo(ChronoUnit.SECONDS);
  }

  private static int exitCode(List<Finding> findings, Surroundings surroundings) {
    if (findings.stream().anyMatch(Finding::isDamaged)) {
      return Program.FAILED;
    }
    if (findings.stream().allMatch(finding -> finding.report().stretches().isEmpty())) {
      surroundings.err().println("litestream: nothing can be restored: there is no snapshot");
      return Program.FAILED;
    }
    return Program.OK;
  }
}
