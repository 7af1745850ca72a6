package io.litestream.cli;

import java.io.IOException;

/** A command cannot do what was asked for. The message is one line for the user. */
final class CommandException extends IOException {

  private static final long serialVersionUID = 1L;

  CommandException(String message) {
    super(message);
  }
}
