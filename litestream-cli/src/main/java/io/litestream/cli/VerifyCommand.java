package io.litestream.cli;

import io.litestream.cli.output.Listing;
import io.litestream.core.position.Generation;
import io.litestream.core.replica.LtxReader;
import io.litestream.core.replica.ReplicaReader;
import io.litestream.core.restore.GenerationReport;
import io.litestream.core.restore.IntegrityCheck;
import io.litestream.core.restore.LtxRestoreRequest;
import io.litestream.core.restore.LtxRestorer;
import io.litestream.core.restore.LtxVerifier;
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
      "What Litestream v0.5 has written is verified as well, as generation '"
          + VerifyFinding.LTX
          + "'.",
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
          "Also restores the end of each generation, or of the LTX files, into a temporary directory, and has SQLite"
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
    List<VerifyFinding> findings = new ArrayList<>();
    try (OpenReplicas open = OpenReplicas.of(replicas.select(surroundings).replicas())) {
      for (int i = 0; i < open.readers().size(); i++) {
        ReplicaReader reader = open.readers().get(i);
        for (Generation candidate : reader.generations()) {
          if (only.isEmpty() || only.get().equals(candidate)) {
            findings.add(verify(reader, candidate, surroundings));
          }
        }
        LtxReader ltx = open.ltxReaders().get(i);
        if (only.isEmpty() && ltx.hasLevels()) {
          findings.add(verify(ltx, surroundings));
        }
      }
    }
    print(findings, surroundings);
    return exitCode(findings, surroundings);
  }

  private VerifyFinding verify(
      ReplicaReader reader, Generation candidate, Surroundings surroundings)
      throws IOException, InterruptedException {
    GenerationReport report = Verifier.verify(reader, candidate, parallelism);
    VerifyFinding finding = VerifyFinding.of(reader.name(), report);
    return finding.isDamaged() || !finding.isRestorable()
        ? finding
        : deeper(
            finding,
            surroundings,
            output -> {
              RestoreRequest request =
                  new RestoreRequest(
                      output,
                      Optional.of(candidate),
                      OptionalInt.empty(),
                      Optional.empty(),
                      parallelism,
                      IntegrityCheck.FULL);
              Restorer.restore(
                  Restorer.plan(List.of(reader), request), request, RestoreProgress.NONE);
            });
  }

  private VerifyFinding verify(LtxReader reader, Surroundings surroundings)
      throws IOException, InterruptedException {
    VerifyFinding finding =
        VerifyFinding.of(reader.name(), LtxVerifier.verify(reader, parallelism));
    return finding.isDamaged() || !finding.isRestorable()
        ? finding
        : deeper(
            finding,
            surroundings,
            output -> {
              LtxRestoreRequest request =
                  new LtxRestoreRequest(
                      output, Optional.empty(), Optional.empty(), parallelism, IntegrityCheck.FULL);
              LtxRestorer.restore(
                  LtxRestorer.plan(List.of(reader), request), request, RestoreProgress.NONE);
            });
  }

  /** A restore of the newest state, with SQLite's whole check. */
  @FunctionalInterface
  private interface Restore {
    void to(Path output) throws IOException, InterruptedException;
  }

  /** Restores, if that is wanted, and adds what is wrong with the result. */
  private VerifyFinding deeper(VerifyFinding finding, Surroundings surroundings, Restore restore)
      throws IOException, InterruptedException {
    if (!deep) {
      return finding;
    }
    Path directory =
        scratch == null || scratch.isEmpty()
            ? Files.createTempDirectory("litestream-verify")
            : Files.createTempDirectory(surroundings.paths().resolve(scratch), "litestream-verify");
    Path output = directory.resolve("restored.db");
    try {
      restore.to(output);
      return finding;
    } catch (RestoreException e) {
      if (e.kind() != RestoreException.Kind.DAMAGED) {
        throw e;
      }
      return finding.with(String.valueOf(e.getMessage()));
    } finally {
      Files.deleteIfExists(output);
      Files.deleteIfExists(directory);
    }
  }

  private void print(List<VerifyFinding> findings, Surroundings surroundings) throws IOException {
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
            "transactions",
            "damages");
    for (VerifyFinding finding : findings) {
      table.add(
          finding.replica(),
          finding.generation(),
          finding.snapshots(),
          finding.segments(),
          finding.bytes(),
          finding.state(),
          finding.times(ChronoUnit.SECONDS));
      json.add(
          finding.replica(),
          finding.generation(),
          finding.snapshots(),
          finding.segments(),
          finding.bytes(),
          finding.state(),
          finding.times(ChronoUnit.NANOS),
          finding.transactions(),
          finding.damages());
    }
    listing.print(listing.json ? json : table, surroundings);
    for (VerifyFinding finding : findings) {
      for (String damage : finding.damages()) {
        surroundings.err().printf("litestream: replica '%s': %s%n", finding.replica(), damage);
      }
    }
  }

  private static int exitCode(List<VerifyFinding> findings, Surroundings surroundings) {
    if (findings.stream().anyMatch(VerifyFinding::isDamaged)) {
      return Program.FAILED;
    }
    if (findings.stream().noneMatch(VerifyFinding::isRestorable)) {
      surroundings.err().println("litestream: nothing can be restored: there is no snapshot");
      return Program.FAILED;
    }
    return Program.OK;
  }
}
