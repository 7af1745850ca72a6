package io.litestream.core.restore;

import java.io.IOException;

/** A failure of the file that is written, as opposed to the replica that is read. */
final class TargetException extends IOException {

  private static final long serialVersionUID = 1L;

  private final IOException failure;

  TargetException(IOException failure) {
    super(failure);
    this.failure = failure;
  }

  IOException failure() {
    return failure;
  }
}
