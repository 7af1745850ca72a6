package io.litestream.cli;

import io.litestream.core.restore.RestoreProgress;

/** Shows how a restore gets on, until it is closed. */
interface ProgressReport extends RestoreProgress, AutoCloseable {

  /** Shows nothing. */
  ProgressReport NONE = (doneBytes, totalBytes) -> {};

  @Override
  default void close() {}
}
