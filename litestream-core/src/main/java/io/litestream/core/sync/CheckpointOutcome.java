package io.litestream.core.sync;

/** What a checkpoint came to. Nothing is lost by any. */
public enum CheckpointOutcome {
  /** All of the WAL is in the database file, and the next write restarts it. */
  COMPLETE,
  /** The write lock was not to be had, or another reader is in the way. */
  BLOCKED,
  /**
   * The application writes faster than its WAL can be checkpointed. It would have to stand still
   * for the rest, so that was not tried.
   */
  OUTRUN
}
