package io.litestream.cli;

import picocli.CommandLine.Option;

/** Options of every command. */
final class GeneralOptions {

  @Option(
      names = {"-v", "-verbose", "--verbose"},
      description = "Says more about what is going on.")
  boolean verbose;

  @Option(
      names = {"-debug", "--debug"},
      description = "Adds the stack trace to an error.")
  boolean debug;

  @Option(
      names = {"-h", "-help", "--help"},
      usageHelp = true,
      description = "Shows this text.")
  boolean help;
}
