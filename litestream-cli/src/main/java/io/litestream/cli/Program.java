package io.litestream.cli;

import io.litestream.spi.ReplicaSettings;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/** Finds the command, runs it, and turns whatever goes wrong into one line and an exit code. */
final class Program {

  static final int OK = 0;
  static final int FAILED = 1;

  private static final int HELP_WIDTH = 90;
  private static final Set<String> TRUE = Set.of("true", "t", "1");
  private static final Set<String> FALSE = Set.of("false", "f", "0");

  private final Surroundings surroundings;

  Program(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  /** Runs a command line; never throws for anything that a user can cause. */
  int run(String... args) {
    try {
      return dispatch(args);
    } finally {
      surroundings.out().flush();
      surroundings.err().flush();
    }
  }

  private int dispatch(String... args) {
    String name = args.length == 0 ? "" : args[0];
    if (name.isEmpty() || Set.of("help", "-h", "-help", "--help").contains(name)) {
      printUsage(surroundings.out());
      return name.isEmpty() ? FAILED : OK;
    }
    if (Set.of("-version", "--version").contains(name)) {
      return run(CommandName.VERSION);
    }
    Optional<CommandName> found = CommandName.of(name);
    if (found.isEmpty()) {
      return fail(unknown(name));
    }
    return run(found.get(), Arrays.copyOfRange(args, 1, args.length));
  }

  private int run(CommandName name, String... args) {
    Command command = name.create();
    CommandLine line =
        new CommandLine(command)
            .setCommandName("litestream " + name.text())
            .setPosixClusteredShortOptionsAllowed(false)
            .setAllowOptionsAsOptionParameters(false);
    line.getCommandSpec().usageMessage().sortOptions(false).width(HELP_WIDTH);
    try {
      line.parseArgs(withoutSwitchValues(line, args));
    } catch (ParameterException e) {
      return fail(
          lowerFirst(oneLine(e.getMessage()))
              + " ('litestream "
              + name.text()
              + " -h' lists the options)");
    }
    if (line.isUsageHelpRequested()) {
      surroundings.out().print(line.getUsageMessage(CommandLine.Help.Ansi.OFF));
      return OK;
    }
    return run(command);
  }

  /**
   * Go's flags take {@code -switch=true} and {@code -switch=false}, which scripts use to pass on a
   * variable. To picocli a switch has no value.
   */
  private static String[] withoutSwitchValues(CommandLine line, String... args) {
    Set<String> switches = new HashSet<>();
    for (OptionSpec option : line.getCommandSpec().options()) {
      if (option.arity().max() == 0) {
        switches.addAll(List.of(option.names()));
      }
    }
    List<String> plain = new ArrayList<>();
    for (String arg : args) {
      int equals = arg.indexOf('=');
      String name = equals < 0 ? "" : arg.substring(0, equals);
      String value = arg.substring(equals + 1).toLowerCase(Locale.ROOT);
      if (switches.contains(name) && TRUE.contains(value)) {
        plain.add(name);
      } else if (!switches.contains(name) || !FALSE.contains(value)) {
        plain.add(arg);
      }
    }
    return plain.toArray(String[]::new);
  }

  private int run(Command command) {
    try {
      return command.run(surroundings);
    } catch (StoppedException e) {
      fail("ended by SIG" + e.signal() + " before it was done");
      return e.signal().exitCode();
    } catch (InterruptedException e) {
      return fail("interrupted");
    } catch (IOException | RuntimeException | LinkageError e) {
      int code = fail(describe(e));
      if (command.general().debug) {
        e.printStackTrace(surroundings.err());
      }
      return code;
    }
  }

  private int fail(String message) {
    surroundings.out().flush();
    surroundings.err().println("litestream: " + message);
    return FAILED;
  }

  private static String unknown(String name) {
    Set<String> names = new TreeSet<>();
    for (CommandName command : CommandName.values()) {
      names.add(command.text());
    }
    return "unknown command '"
        + name
        + "'"
        + ReplicaSettings.nearest(name, names)
            .map(nearest -> "; did you mean '" + nearest + "'?")
            .orElse("; there are: " + String.join(", ", names));
  }

  /** What went wrong, on one line, without the class names that only a stack trace needs. */
  private static String describe(Throwable e) {
    if (e instanceof FileSystemException failure) {
      return describe(failure);
    }
    if (e instanceof InvalidPathException invalid) {
      // The JVM takes the encoding of names from the locale; under a service manager there is none.
      return "not a path: "
          + oneLine(invalid.getReason())
          + "; names beyond ASCII need a UTF-8 locale, such as LC_ALL=C.UTF-8";
    }
    String message = oneLine(e.getMessage() == null ? "" : e.getMessage());
    if (e instanceof IOException && !message.isEmpty()) {
      return message;
    }
    // Not foreseen: the class tells more than the message, and --debug shows the rest.
    return "internal error: "
        + e.getClass().getSimpleName()
        + (message.isEmpty() ? "" : ": " + message)
        + " (--debug shows where)";
  }

  private static String describe(FileSystemException e) {
    String file = String.valueOf(e.getFile());
    if (e instanceof NoSuchFileException) {
      return "no such file or directory: " + file;
    }
    if (e instanceof AccessDeniedException) {
      return "permission denied: " + file;
    }
    if (e instanceof FileAlreadyExistsException) {
      return "already exists: " + file;
    }
    return oneLine(String.valueOf(e.getMessage()));
  }

  /** The parser begins its messages like sentences; ours go on behind a colon. */
  private static String lowerFirst(String text) {
    return text.isEmpty() ? text : Character.toLowerCase(text.charAt(0)) + text.substring(1);
  }

  private static String oneLine(@Nullable String text) {
    return String.valueOf(text).strip().replaceAll("\\s*\\R\\s*", "; ");
  }

  private static void printUsage(PrintStream out) {
    out.println("litestream replicates SQLite databases while they are in use, and restores them.");
    out.println();
    out.println("Usage:");
    out.println();
    out.println("  litestream <command> [arguments]");
    out.println();
    out.println("Commands:");
    out.println();
    for (CommandName command : CommandName.values()) {
      out.printf("  %-12s %s%n", command.text(), command.summary());
    }
    out.println();
    out.println("'litestream <command> -h' tells more about one of them.");
  }
}
