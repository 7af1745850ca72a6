package io.litestream.core;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * Replicates any number of databases in one process. Threads do not grow with databases. All
 * methods may be called by any thread.
 */
public final class Litestream implements AutoCloseable {

  /** How long a shutdown waits for the last sync, if nothing else is said. */
  public static final Duration DEFAULT_SHUTDOWN_TIMEOUT = Duration.ofSeconds(30);

  private Litestream() {}

  /** An engine with the installed adapters; replicates nothing yet. */
  public static Litestream start() throws IOException {
    return start(ReplicaStores.installed(), DEFAULT_SHUTDOWN_TIMEOUT);
  }

  /**
   * An engine with these adapters.
   *
   * @param shutdownTimeout the longest that {@link #close} waits for the last syncs together
   */
  public static Litestream start(ReplicaStores stores, Duration shutdownTimeout)
      throws IOException {
    throw new UnsupportedOperationException(shutdownTimeout.toString());
  }

  /**
   * Begins to replicate a database. Returns at once: a database that does not exist is waited for,
   * a replica that cannot be reached is tried again. Only what cannot get better by itself is an
   * exception.
   *
   * @throws IOException if a replica's settings are wrong, the database is being replicated already
   *     by this or another process, or its meta directory cannot be written
   */
  public Replication replicate(DatabaseOptions options) throws IOException {
    throw new UnsupportedOperationException(options.toString());
  }

  /** The databases that are being replicated. */
  public List<Replication> replications() {
    throw new UnsupportedOperationException();
  }

  /**
   * Closes every replication, side by side, within the shutdown timeout.
   *
   * @throws IOException if something committed is not in every replica, naming the databases
   */
  @Override
  public void close() throws IOException {
    throw new UnsupportedOperationException();
  }
}
