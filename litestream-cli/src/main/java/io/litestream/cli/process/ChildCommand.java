package io.litestream.cli.process;

import java.io.IOException;
import java.util.List;

/** A command line to be run beside replication. */
public final class ChildCommand {

  private final List<String> words;

  private ChildCommand(List<String> words) {
    this.words = words;
  }

  /**
   * Takes a command line apart.
   *
   * @throws IOException if it is malformed
   */
  public static ChildCommand parse(String line) throws IOException {
    List<String> words;
    try {
      words = ShellWords.split(line);
    } catch (IllegalArgumentException e) {
      throw new IOException("cannot parse exec command: " + e.getMessage(), e);
    }
    if (words.isEmpty()) {
      throw new IOException("cannot parse exec command: it is empty");
    }
    return new ChildCommand(words);
  }

  /**
   * Runs it, on this process's own standard input and output.
   *
   * @throws IOException if the program cannot be started
   */
  public ChildProcess start() throws IOException {
    try {
      return new ChildProcess(new ProcessBuilder(words).inheritIO().start());
    } catch (IOException e) {
      // The JDK's words, without the ones that repeat the program: "error=2, No such file", or
      // "error: 2 (No such file) " from JDK 25 on.
      String cause =
          String.valueOf(e.getMessage())
              .replaceFirst("^.*error[=:] ?[0-9]+,? \\(?(.*?)\\)? *$", "$1");
      throw new IOException("cannot start exec command " + words.get(0) + ": " + cause, e);
    }
  }
}
