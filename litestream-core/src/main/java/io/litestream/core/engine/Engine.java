package io.litestream.core.engine;

import io.litestream.core.DatabaseOptions;
import io.litestream.core.LeaseOptions.Mode;
import io.litestream.core.ReplicaOptions;
import io.litestream.core.ReplicaStores;
import io.litestream.core.Replication;
import io.litestream.core.ReplicationObserver;
import io.litestream.core.check.StoreOperation;
import io.litestream.core.replica.LeaseEpochs;
import io.litestream.spi.ExclusiveWrites;
import io.litestream.spi.ReplicaStore;
import io.litestream.spi.RequestObserver;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;

/** Wires databases, uploaders and threads together. All methods may be called by any thread. */
public final class Engine implements AutoCloseable {

  private final ReplicaStores stores;
  private final Duration shutdownTimeout;
  private final Clock clock;
  private final ReplicationObserver observer;
  private final SecureRandom random = new SecureRandom();
  private final EngineThreads threads = new EngineThreads();
  private final DirectoryWatch watch = DirectoryWatch.start();
  private final List<DatabaseReplicator> replicators = new CopyOnWriteArrayList<>();
  private volatile boolean closed;

  public Engine(
      ReplicaStores stores, Duration shutdownTimeout, Clock clock, ReplicationObserver observer) {
    this.stores = stores;
    this.shutdownTimeout = shutdownTimeout;
    this.clock = clock;
    this.observer = observer;
  }

  /** See {@link io.litestream.core.Litestream#replicate}. */
  public Replication replicate(DatabaseOptions options) throws IOException {
    if (closed) {
      throw new IOException("the engine is closed");
    }
    for (ReplicaOptions replica : options.replicas()) {
      requireRecipients(replica);
    }
    List<ReplicaStore> opened = new ArrayList<>();
    try {
      DatabaseReplicator[] self = new DatabaseReplicator[1];
      DatabaseReplicator replicator =
          new DatabaseReplicator(
              options,
              threads,
              watch,
              random::nextLong,
              clock,
              observer,
              shutdownTimeout,
              () -> closed(self[0]));
      self[0] = replicator;
      for (ReplicaOptions replica : options.replicas()) {
        ReplicaStore store =
            stores.open(replica, request -> observer.onRequest(options.path(), replica, request));
        opened.add(store);
        ReplicaUploader uploader =
            new ReplicaUploader(
                replicator,
                replica,
                store,
                StoreOperation.DELETE.permission(replica.type()).orElse(""),
                threads,
                destination(replica),
                clock,
                observer);
        lease(replicator, uploader, replica, store).ifPresent(uploader::writeUnder);
        replicator.add(uploader);
      }
      replicator.begin();
      replicators.add(replicator);
      return replicator;
    } catch (IOException | RuntimeException e) {
      for (ReplicaStore store : opened) {
        try {
          store.close();
        } catch (IOException suppressed) {
          e.addSuppressed(suppressed);
        }
      }
      throw e;
    }
  }

  /** See {@link io.litestream.core.Litestream#checkSettings}. */
  public void checkSettings(DatabaseOptions options) throws IOException {
    for (ReplicaOptions replica : options.replicas()) {
      requireRecipients(replica);
      stores.open(replica, RequestObserver.NONE).close();
    }
  }

  private Optional<ReplicaLease> lease(
      DatabaseReplicator database,
      ReplicaUploader uploader,
      ReplicaOptions replica,
      ReplicaStore store)
      throws IOException {
    if (replica.lease().mode() == Mode.OFF) {
      return Optional.empty();
    }
    Optional<ExclusiveWrites> writes = store.exclusiveWrites();
    if (writes.isEmpty()) {
      String reason =
          "replicas of type '" + replica.type() + "' have no means to keep other writers out";
      if (replica.lease().mode() == Mode.REQUIRED) {
        throw new IOException("replica '" + replica.name() + "' requires a lease, but " + reason);
      }
      uploader.line(Level.WARN).addKeyValue("reason", reason).log("replicates without a lease");
      return Optional.empty();
    }
    return Optional.of(
        new ReplicaLease(
            new LeaseEpochs(store, writes.get()),
            database::owner,
            replica.lease().ttl(),
            threads.leases(destination(replica)),
            threads.clock(),
            clock,
            uploader::line,
            uploader::signal));
  }

  /** Whoever gives an identity alone believes that the replica is encrypted. */
  private static void requireRecipients(ReplicaOptions replica) throws IOException {
    if (!replica.age().identities().isEmpty() && !replica.age().encrypts()) {
      throw new IOException(
          "replica '"
              + replica.name()
              + "' has age identities but no recipients, so nothing would be encrypted; give it the"
              + " recipients to encrypt for, or take the identities away");
    }
  }

  private void closed(DatabaseReplicator replicator) {
    replicators.remove(replicator);
    observer.onClosed(replicator.database());
  }

  /** What may hang together: one type of store, and one bucket or host of it. */
  private static String destination(ReplicaOptions replica) {
    Map<String, String> settings = replica.settings();
    return String.join(
        " ",
        replica.type(),
        settings.getOrDefault("endpoint", ""),
        settings.getOrDefault("host", ""),
        settings.getOrDefault("bucket", ""));
  }

  /** The databases that are being replicated. */
  public List<Replication> replications() {
    return List.copyOf(replicators);
  }

  /** See {@link io.litestream.core.Litestream#close}. */
  @Override
  public void close() throws IOException {
    closed = true;
    List<IOException> failures = new CopyOnWriteArrayList<>();
    long deadline = System.nanoTime() + shutdownTimeout.toNanos();
    List<DatabaseReplicator> open = List.copyOf(replicators);
    // Everybody is asked first, so that the last syncs go on side by side; then one waits for each.
    open.forEach(DatabaseReplicator::hurry);
    for (DatabaseReplicator replicator : open) {
      try {
        replicator.close(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
      } catch (IOException e) {
        failures.add(e);
      }
    }
    threads.close();
    watch.close();
    throwAll(failures);
  }

  private static void throwAll(List<IOException> failures) throws IOException {
    @Nullable IOException first = null;
    for (IOException failure : failures) {
      if (first == null) {
        first = failure;
      } else {
        first.addSuppressed(failure);
      }
    }
    if (first != null) {
      throw failures.size() == 1
          ? first
          : new IOException(
              first.getMessage() + " (and " + (failures.size() - 1) + " more databases)", first);
    }
  }
}
