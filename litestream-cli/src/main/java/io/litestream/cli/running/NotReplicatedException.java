package io.litestream.cli.running;

import java.io.IOException;
import java.nio.file.Path;

/** A database was named that this process does not replicate. */
public final class NotReplicatedException extends IOException {

  private static final long serialVersionUID = 1L;

  public NotReplicatedException(Path database) {
    super("database not found: " + database);
  }
}
