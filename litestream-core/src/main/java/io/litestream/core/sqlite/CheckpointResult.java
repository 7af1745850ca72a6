package io.litestream.core.sqlite;

/**
 * What a checkpoint did.
 *
 * @param busy whether it could not begin, because another connection was at it
 * @param log frames in the WAL
 * @param checkpointed frames of the WAL that are in the database file now
 */
public record CheckpointResult(boolean busy, int log, int checkpointed) {

  /** Whether the whole WAL is in the database file. */
  public boolean isComplete() {
    return !busy && log == checkpointed;
  }
}
