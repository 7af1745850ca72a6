package io.litestream.cli;

import io.litestream.cli.output.Listing;
import java.io.IOException;
import picocli.CommandLine.Option;

/** How a list is printed. */
final class ListingOptions {

  @Option(
      names = {"-json", "--json"},
      description = "Prints JSON in place of a table.")
  boolean json;

  void print(Listing listing, Surroundings surroundings) throws IOException {
    if (json) {
      listing.printJson(surroundings.out());
    } else {
      listing.printTable(surroundings.out());
    }
  }
}
