package io.litestream.cli;

import picocli.CommandLine;
import picocli.CommandLine.Mixin;

@CommandLine.Command(customSynopsis = "litestream version", description = "Prints the version.")
final class VersionCommand implements Command {

  @Mixin final GeneralOptions general = new GeneralOptions();

  @Override
  public GeneralOptions general() {
    return general;
  }

  @Override
  public int run(Surroundings surroundings) {
    surroundings.out().println(Version.text());
    return Program.OK;
  }
}
