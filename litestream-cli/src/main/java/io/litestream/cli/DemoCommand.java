package io.litestream.cli;

import io.litestream.cli.config.LogSettings;
import io.litestream.cli.demo.Demo;
import io.litestream.cli.log.Logging;
import java.io.IOException;
import java.util.List;
import org.slf4j.event.Level;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@CommandLine.Command(
    customSynopsis = "litestream demo [options]",
    description = {
      "Shows a disaster and the recovery from it on a database in a temporary directory: replicate"
          + " while it is written to, delete it, restore it, compare.",
      "Takes a few seconds and no network. Exits with 1 if anything differs in the end."
    })
final class DemoCommand implements Command {

  @Option(
      names = {"-keep", "--keep"},
      description = "Leaves the directory in place, for a look at it.")
  boolean keep;

  @Parameters(hidden = true)
  List<String> arguments = List.of();

  @Mixin final GeneralOptions general = new GeneralOptions();

  @Override
  public GeneralOptions general() {
    return general;
  }

  @Override
  public int run(Surroundings surroundings) throws IOException, InterruptedException {
    if (!arguments.isEmpty()) {
      throw new CommandException("too many arguments");
    }
    Logging.configure(
        LogSettings.WITHOUT_FILE.at(general.verbose ? Level.DEBUG : Level.WARN),
        surroundings.err(),
        surroundings.zone());
    return new Demo(surroundings.out(), surroundings.clock(), keep).run()
        ? Program.OK
        : Program.FAILED;
  }
}
