package io.litestream.cli;

import io.litestream.cli.output.Listing;
import io.litestream.core.position.Generation;
import io.litestream.core.replica.ReplicaReader;
import io.litestream.core.replica.SnapshotInfo;
import java.io.IOException;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;

@CommandLine.Command(
    customSynopsis = {
      "litestream snapshots [options] DB_PATH",
      "   or: litestream snapshots [options] REPLICA_URL"
    },
    description = "Lists the snapshots of a database in all of its replicas, or in one.")
final class SnapshotsCommand implements Command {

  @Mixin final ReplicaArguments replicas = new ReplicaArguments();
  @Mixin final ListingOptions listing = new ListingOptions();
  @Mixin final GeneralOptions general = new GeneralOptions();

  @Override
  public GeneralOptions general() {
    return general;
  }

  @Override
  public int run(Surroundings surroundings) throws IOException {
    Listing snapshots = new Listing("replica", "generation", "index", "size", "created");
    try (OpenReplicas open = OpenReplicas.of(replicas.select(surroundings).replicas())) {
      for (ReplicaReader reader : open.readers()) {
        for (Generation generation : reader.generations()) {
          for (SnapshotInfo snapshot : reader.snapshots(generation)) {
            snapshots.add(
                reader.name(), generation, snapshot.index(), snapshot.size(), snapshot.createdAt());
          }
        }
      }
    }
    listing.print(snapshots, surroundings);
    return Program.OK;
  }
}
