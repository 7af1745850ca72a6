package io.litestream.cli;

import static java.util.stream.Collectors.joining;

import io.litestream.cli.output.Listing;
import io.litestream.core.layout.LtxLayout;
import io.litestream.core.replica.LtxFile;
import io.litestream.core.replica.LtxReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@CommandLine.Command(
    customSynopsis = {
      "litestream ltx [options] DB_PATH",
      "   or: litestream ltx [options] REPLICA_URL"
    },
    description = {
      "Lists the LTX files in a replica that Litestream v0.5 has written.",
      "Level 0 holds single transactions, 1 to 8 what they were compacted to, 9 snapshots."
    })
final class LtxCommand implements Command {

  private static final String ALL = "all";

  @Option(
      names = {"-level", "--level"},
      paramLabel = "LEVEL",
      defaultValue = "0",
      description = "The level to list, 0 to 9, or all. Default: ${DEFAULT-VALUE}.")
  String level = "0";

  @Mixin final ReplicaArguments replicas = new ReplicaArguments();
  @Mixin final ListingOptions listing = new ListingOptions();
  @Mixin final GeneralOptions general = new GeneralOptions();

  @Override
  public GeneralOptions general() {
    return general;
  }

  @Override
  public int run(Surroundings surroundings) throws IOException {
    requireLevel();
    Listing files =
        new Listing("level", "min_txid", "max_txid", "size", "created")
            .withJsonKey("created", "timestamp");
    try (OpenReplicas open = OpenReplicas.of(replicas.select(surroundings).replicas())) {
      for (LtxFile file : files(only(open.ltxReaders()))) {
        files.add(file.level(), file.first(), file.last(), file.size(), file.createdAt());
      }
    }
    listing.print(files, surroundings);
    return Program.OK;
  }

  private void requireLevel() throws CommandException {
    if (!level.equals(ALL) && !level.matches("[0-" + LtxLayout.SNAPSHOT_LEVEL + "]")) {
      throw new CommandException("invalid -level '" + level + "': 0 to 9, or all");
    }
  }

  private List<LtxFile> files(LtxReader reader) throws IOException {
    return level.equals(ALL) ? reader.files() : reader.files(Integer.parseInt(level));
  }

  /** The list has no column for the replica, as v0.5 knows but one. */
  private static LtxReader only(List<LtxReader> readers) throws IOException {
    if (readers.size() == 1) {
      return readers.get(0);
    }
    List<LtxReader> written = new ArrayList<>();
    for (LtxReader reader : readers) {
      if (reader.hasLevels()) {
        written.add(reader);
      }
    }
    if (written.size() > 1) {
      throw new CommandException(
          "several replicas hold LTX files: "
              + written.stream().map(LtxReader::name).collect(joining(", "))
              + "; choose one with -replica");
    }
    return written.isEmpty() ? readers.get(0) : written.get(0);
  }
}
