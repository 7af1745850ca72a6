package io.litestream.cli;

import io.litestream.cli.output.Listing;
import io.litestream.core.position.Generation;
import io.litestream.core.replica.ReplicaReader;
import io.litestream.core.replica.SegmentInfo;
import io.litestream.core.replica.SnapshotInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.Optional;
import java.util.TreeSet;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;

@CommandLine.Command(
    customSynopsis = {
      "litestream generations [options] DB_PATH",
      "   or: litestream generations [options] REPLICA_URL"
    },
    description = {
      "Lists the generations of a database in all of its replicas, or in one.",
      "The lag is the time between the last change of the database and the last one of the"
          + " generation. Without a database to look at, it is the time since the latter."
    })
final class GenerationsCommand implements Command {

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
    Optional<Instant> changed =
        selection.database().isPresent()
            ? lastChange(selection.database().get())
            : Optional.empty();
    Listing generations = new Listing("name", "generation", "lag", "start", "end");
    try (OpenReplicas open = OpenReplicas.of(selection.replicas())) {
      for (ReplicaReader reader : open.readers()) {
        for (Generation generation : reader.generations()) {
          Collection<Instant> times = times(reader, generation);
          if (!times.isEmpty()) {
            Instant end = Collections.max(times);
            Duration lag = Duration.between(end, changed.orElse(surroundings.clock().instant()));
            generations.add(reader.name(), generation, lag, Collections.min(times), end);
          }
        }
      }
    }
    listing.print(generations, surroundings);
    return Program.OK;
  }

  private static Collection<Instant> times(ReplicaReader reader, Generation generation)
      throws IOException {
    Collection<Instant> times = new TreeSet<>();
    reader.snapshots(generation).stream().map(SnapshotInfo::createdAt).forEach(times::add);
    reader.segments(generation).stream().map(SegmentInfo::createdAt).forEach(times::add);
    return times;
  }

  /** Empty if the database is gone: that is when people look at what its replicas hold. */
  private static Optional<Instant> lastChange(Path database) throws IOException {
    Optional<Instant> file = lastModified(database);
    Optional<Instant> wal = lastModified(database.resolveSibling(database.getFileName() + "-wal"));
    return file.isPresent() && wal.isPresent() && wal.get().isAfter(file.get()) ? wal : file;
  }

  private static Optional<Instant> lastModified(Path file) throws IOException {
    try {
      return Optional.of(Files.getLastModifiedTime(file).toInstant());
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }
}
