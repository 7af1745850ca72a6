package io.litestream.core;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** One database that is being replicated. All methods may be called by any thread. */
public interface Replication extends AutoCloseable {

  /** The database's path. */
  Path database();

  /** What was asked for. */
  DatabaseOptions options();

  /**
   * Where replication stands now. Cheap: looks at the sizes of a few files on this machine, and
   * never waits for a store.
   */
  DatabaseStatus status();

  /**
   * Returns when everything that was committed before the call is in every replica.
   *
   * @throws IOException if that did not come true within {@code timeout}, with the reason for each
   *     replica that lags; replication goes on all the same
   * @throws InterruptedException if the thread was interrupted while waiting
   */
  void sync(Duration timeout) throws IOException, InterruptedException;

  /**
   * Returns when everything that was committed before the call has been copied on this machine,
   * from where it is uploaded, at the latest when each replica's sync interval says so.
   *
   * @throws IOException if that did not come true within {@code timeout}, with the reason
   * @throws InterruptedException if the thread was interrupted while waiting
   */
  void copy(Duration timeout) throws IOException, InterruptedException;

  /**
   * Ends with a last {@link #sync}, bounded by the engine's shutdown timeout. Releases the database
   * in any case; closing again does nothing. The WAL stays in place, so that the next start
   * continues the generation.
   *
   * @throws IOException if something committed is not in every replica
   */
  @Override
  void close() throws IOException;

  /**
   * As {@link #close()}, with another limit for the last sync. What is not uploaded by then is kept
   * on this machine, and uploaded when the database is replicated again.
   *
   * @throws IOException if something committed is not in every replica
   */
  void close(Duration lastSync) throws IOException;
}
