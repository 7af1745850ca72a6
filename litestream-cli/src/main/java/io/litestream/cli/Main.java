package io.litestream.cli;

import io.litestream.cli.adapters.AdapterPath;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;

/** Where the process starts. */
public final class Main {

  private Main() {}

  /** Runs one command and exits with its code. */
  public static void main(String[] args) throws URISyntaxException {
    if (args.length == 1 && args[0].equals("version")) {
      // Health checks call this often. Parsing options alone would double the time it takes.
      System.out.println(Version.text());
      return;
    }
    Path code = Path.of(Main.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    try {
      AdapterPath.useFrom(code);
    } catch (IOException e) {
      System.err.println("Error: the adapters beside " + code + " cannot be read: " + e);
      System.exit(Program.FAILED);
    }
    System.exit(new Program(Surroundings.ofProcess()).run(args));
  }
}
