package io.litestream.core;

import io.litestream.core.engine.Engine;
import io.litestream.core.replica.ReplicaReader;
import io.litestream.core.restore.RestorePlan;
import io.litestream.core.restore.RestoreProgress;
import io.litestream.core.restore.RestoreRequest;
import io.litestream.core.restore.RestoreResult;
import io.litestream.core.restore.Restorer;
import io.litestream.spi.ReplicaStore;
import io.litestream.spi.RequestObserver;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/**
 * Replicates any number of databases in one process, and restores them. Threads do not grow with
 * databases. All methods may be called by any thread.
 */
public final class Litestream implements AutoCloseable {

  /** How long a shutdown waits for the last sync, if nothing else is said. */
  public static final Duration DEFAULT_SHUTDOWN_TIMEOUT = Duration.ofSeconds(30);

  private final Engine engine;

  private Litestream(Engine engine) {
    this.engine = engine;
  }

  /**
   * An engine with the installed adapters; replicates nothing yet.
   *
   * @throws IOException if two adapters claim the same type or URL scheme
   */
  public static Litestream start() throws IOException {
    return start(ReplicaStores.installed(), DEFAULT_SHUTDOWN_TIMEOUT);
  }

  /**
   * An engine with these adapters.
   *
   * @param shutdownTimeout the longest that {@link #close} waits for the last syncs together
   */
  public static Litestream start(ReplicaStores stores, Duration shutdownTimeout) {
    return start(stores, shutdownTimeout, ReplicationObserver.NONE);
  }

  /**
   * As {@link #start(ReplicaStores, Duration)}, observed.
   *
   * @param observer is told of everything that the engine does
   */
  public static Litestream start(
      ReplicaStores stores, Duration shutdownTimeout, ReplicationObserver observer) {
    return new Litestream(new Engine(stores, shutdownTimeout, Clock.systemUTC(), observer));
  }

  /**
   * Begins to replicate a database. Returns without waiting for a store: a database that does not
   * exist or is locked is waited for, a replica that cannot be reached is tried again. Only what
   * cannot get better by itself is an exception.
   *
   * @throws IOException if a replica's settings are wrong, the file is no SQLite database or cannot
   *     be switched to WAL mode, the database is being replicated already by this or another
   *     process, or its meta directory cannot be written
   */
  public Replication replicate(DatabaseOptions options) throws IOException {
    return engine.replicate(options);
  }

  /**
   * Whether {@link #replicate} would take the settings of a database's replicas. Sends no request,
   * and does not look at the database.
   *
   * @throws IOException if a setting is wrong
   */
  public void checkSettings(DatabaseOptions options) throws IOException {
    engine.checkSettings(options);
  }

  /**
   * Brings a database back from a replica. It appears at {@link RestoreRequest#output()} when it is
   * complete and verified, or not at all. Replication need not run. To look at what would be done
   * first, to choose among several replicas, or to follow the progress, use {@link Restorer}.
   *
   * @throws IOException as {@link Restorer#plan} and {@link Restorer#restore}
   * @throws InterruptedException if the calling thread was interrupted
   */
  public static RestoreResult restore(ReplicaOptions replica, RestoreRequest request)
      throws IOException, InterruptedException {
    try (ReplicaStore store = ReplicaStores.installed().open(replica, RequestObserver.NONE)) {
      RestorePlan plan = Restorer.plan(List.of(new ReplicaReader(replica, store)), request);
      return Restorer.restore(plan, request, RestoreProgress.NONE);
    }
  }

  /** The databases that are being replicated. */
  public List<Replication> replications() {
    return engine.replications();
  }

  /**
   * Closes every replication, side by side, within the shutdown timeout.
   *
   * @throws IOException if something committed is not in every replica, naming the databases
   */
  @Override
  public void close() throws IOException {
    engine.close();
  }
}
