package io.litestream.cli;

import io.litestream.cli.config.HomePath;
import io.litestream.cli.process.ProcessSignals;
import io.litestream.cli.process.StopSignals;
import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneId;
import java.util.Map;

/**
 * What a command sees of the process around it.
 *
 * @param out for what was asked for: tables, JSON
 * @param err for everything else: errors, progress
 * @param terminal whether a person is watching, and not a file or another program
 * @param signals that ask this process to end
 * @param zone of the times in logs
 */
record Surroundings(
    Map<String, String> environment,
    HomePath paths,
    PrintStream out,
    PrintStream err,
    boolean terminal,
    StopSignals signals,
    Clock clock,
    ZoneId zone) {

  /** Those of this process. */
  static Surroundings ofProcess() {
    return new Surroundings(
        System.getenv(),
        new HomePath(Path.of(System.getProperty("user.home", "."))),
        utf8(FileDescriptor.out),
        utf8(FileDescriptor.err),
        isTerminal(),
        new ProcessSignals(),
        Clock.systemUTC(),
        ZoneId.systemDefault());
  }

  /** Whatever the locale says: output is read by programs, which expect what the peer writes. */
  private static PrintStream utf8(FileDescriptor descriptor) {
    return new PrintStream(new FileOutputStream(descriptor), false, StandardCharsets.UTF_8);
  }

  // Asked for below, where the JDK can tell.
  @SuppressWarnings("SystemConsoleNull")
  private static boolean isTerminal() {
    Console console = System.console();
    if (console == null) {
      return false;
    }
    try {
      // From Java 22 on there is a console even if it is redirected, and a method to tell.
      return (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (ReflectiveOperationException e) {
      return true;
    }
  }
}
