package io.litestream.cli;

import java.io.IOException;

/** One command, its options filled in. */
interface Command {

  GeneralOptions general();

  /**
   * Does what was asked for.
   *
   * @return the exit code
   * @throws IOException if it cannot be done; the message is one line for the user
   */
  int run(Surroundings surroundings) throws IOException, InterruptedException;
}
