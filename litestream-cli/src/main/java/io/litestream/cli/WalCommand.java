package io.litestream.cli;

import io.litestream.cli.output.Listing;
import io.litestream.core.position.Generation;
import io.litestream.core.replica.ReplicaReader;
import io.litestream.core.replica.SegmentInfo;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@CommandLine.Command(
    customSynopsis = {
      "litestream wal [options] DB_PATH",
      "   or: litestream wal [options] REPLICA_URL"
    },
    description = "Lists the WAL segments of a database in all of its replicas, or in one.")
final class WalCommand implements Command {

  @Option(
      names = {"-generation", "--generation"},
      paramLabel = "NAME",
      description = "Only the generation of that name.")
  @Nullable String generation;

  @Mixin final ReplicaArguments replicas = new ReplicaArguments();
  @Mixin final ListingOptions listing = new ListingOptions();
  @Mixin final GeneralOptions general = new GeneralOptions();

  @Override
  public GeneralOptions general() {
    return general;
  }

  @Override
  public int run(Surroundings surroundings) throws IOException {
    Listing segments = new Listing("replica", "generation", "index", "offset", "size", "created");
    try (OpenReplicas open = OpenReplicas.of(replicas.select(surroundings).replicas())) {
      for (ReplicaReader reader : open.readers()) {
        for (Generation found : generations(reader)) {
          for (SegmentInfo segment : reader.segments(found)) {
            segments.add(
                reader.name(),
                found,
                segment.start().index(),
                segment.start().offset(),
                segment.size(),
                segment.createdAt());
          }
        }
      }
    }
    listing.print(segments, surroundings);
    return Program.OK;
  }

  private List<Generation> generations(ReplicaReader reader) throws IOException {
    if (generation == null || generation.isEmpty()) {
      return reader.generations();
    }
    return List.of(Arguments.generation(generation));
  }
}
