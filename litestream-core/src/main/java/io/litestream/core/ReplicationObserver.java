package io.litestream.core;

import io.litestream.spi.RequestObserver;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Hears of what the engine has done, for counting and measuring. Called by the thread that did it,
 * after its end, for different databases at once; must return quickly and not throw. What can be
 * asked for at any time, such as positions and lag, is in {@link DatabaseStatus} and not told.
 */
public interface ReplicationObserver {

  /** Hears nothing. */
  ReplicationObserver NONE = new ReplicationObserver() {};

  /** How a checkpoint was meant, in SQLite's words. */
  enum CheckpointMode {
    /** As far as it goes without waiting. */
    PASSIVE,
    /** Waits for the write lock. */
    RESTART,
    /** As {@code RESTART}, and cuts the WAL file. */
    TRUNCATE
  }

  /** What is uploaded. */
  enum Upload {
    SNAPSHOT,
    SEGMENT
  }

  /**
   * The database was looked at, and what was new copied into the shadow WAL.
   *
   * @param copied bytes of WAL
   * @param failed whether that could not be done
   */
  default void onSync(Path database, long copied, Duration elapsed, boolean failed) {}

  /**
   * A checkpoint was tried.
   *
   * @param failed whether it broke off with an error; that somebody was in its way is none
   */
  default void onCheckpoint(Path database, CheckpointMode mode, Duration elapsed, boolean failed) {}

  /**
   * A generation has begun.
   *
   * @param reason one of a few texts, as in the log
   */
  default void onGeneration(Path database, String reason) {}

  /** A replica's store has sent a request, which has ended. */
  default void onRequest(Path database, ReplicaOptions replica, RequestObserver.Request request) {}

  /**
   * Something is in a replica.
   *
   * @param bytes of it, before compression
   */
  default void onUpload(
      Path database, ReplicaOptions replica, Upload what, long bytes, Duration elapsed) {}

  /** An upload failed, and is tried again later. */
  default void onUploadFailed(Path database, ReplicaOptions replica) {}

  /**
   * A replica's store did not delete what it was told to.
   *
   * @param code the store's own
   * @param keys how many were refused with that code
   */
  default void onDeleteFailed(Path database, ReplicaOptions replica, String code, int keys) {}

  /**
   * A restore drill has ended.
   *
   * @param failed whether it did not restore the very database, for whatever reason
   */
  default void onDrill(Path database, ReplicaOptions replica, Duration elapsed, boolean failed) {}

  /** A database is no longer replicated. */
  default void onClosed(Path database) {}
}
