package io.litestream.cli;

/** Where the process starts. */
public final class Main {

  private Main() {}

  /** Runs one command and exits with its code. */
  public static void main(String[] args) {
    if (args.length == 1 && args[0].equals("version")) {
      // Health checks call this often. Parsing options alone would double the time it takes.
      System.out.println(Version.text());
      return;
    }
    System.exit(new Program(Surroundings.ofProcess()).run(args));
  }
}
