package io.litestream.core.engine;

import io.litestream.core.position.Position;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Those who wait until every replica of a database holds what had been committed when they asked,
 * or until it has been copied. May be used by any thread.
 */
final class SyncRequests {

  private final DatabaseReplicator database;
  private final List<ReplicaUploader> uploaders;
  private final AtomicInteger waiting = new AtomicInteger();
  private final Object monitor = new Object();

  // Guarded by monitor.
  private long requested;
  private long served;
  private @Nullable Position end;

  /**
   * @param uploaders those of the database, which may still be added to
   */
  SyncRequests(DatabaseReplicator database, List<ReplicaUploader> uploaders) {
    this.database = database;
    this.uploaders = uploaders;
  }

  /** Whether somebody is waiting for everything to be uploaded. */
  boolean isUrgent() {
    return waiting.get() > 0;
  }

  /** The last request that waits to be served by a step; 0 if there is none. */
  long open() {
    synchronized (monitor) {
      return requested > served ? requested : 0;
    }
  }

  /**
   * Tells those who asked up to where they have to wait for the replicas.
   *
   * @param request what {@link #open} gave when the step began
   * @param copied the end of the shadow WAL; null if there is no database
   */
  void serve(long request, @Nullable Position copied) {
    if (request > 0) {
      synchronized (monitor) {
        served = request;
        end = copied;
        monitor.notifyAll();
      }
    }
  }

  /** Is told that an uploader got further or failed, or that the database did. */
  void progressed() {
    synchronized (monitor) {
      monitor.notifyAll();
    }
  }

  /** From now on everything is copied and uploaded without pause. */
  void hurry() {
    waiting.incrementAndGet();
    synchronized (monitor) {
      requested++;
    }
    database.wake();
  }

  /**
   * Waits until all replicas hold what is committed now.
   *
   * @throws IOException if they do not in time, with the reason
   */
  void await(Duration timeout) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    waiting.incrementAndGet();
    try {
      Position target = copyEverything(deadline);
      while (target != null && !awaitReplicas(target, deadline)) {
        target = copyEverything(deadline); // a new generation began meanwhile
      }
    } finally {
      waiting.decrementAndGet();
    }
  }

  /**
   * Waits until what is committed now has been copied.
   *
   * @throws IOException if it has not in time, with the reason
   */
  void awaitCopy(Duration timeout) throws IOException, InterruptedException {
    copyEverything(System.nanoTime() + timeout.toNanos());
  }

  /** Waits for a step that began after this call to end. */
  private @Nullable Position copyEverything(long deadline)
      throws IOException, InterruptedException {
    synchronized (monitor) {
      long request = ++requested;
      database.wake();
      while (served < request) {
        if (database.isClosed()) {
          throw new IOException("replication of " + database.database() + " has been closed");
        }
        if (!await(deadline)) {
          throw new IOException(
              "database "
                  + database.database()
                  + " could not be copied in time"
                  + database.error().map(reason -> ": " + reason).orElse(""));
        }
      }
      return end;
    }
  }

  private boolean awaitReplicas(Position target, long deadline)
      throws IOException, InterruptedException {
    uploaders.forEach(ReplicaUploader::signal);
    synchronized (monitor) {
      while (true) {
        if (!database.isCurrent(target.generation())) {
          return false;
        }
        List<ReplicaUploader> behind =
            uploaders.stream().filter(uploader -> !uploader.holds(target)).toList();
        if (behind.isEmpty()) {
          return true;
        }
        if (!await(deadline)) {
          throw new IOException(describe(behind));
        }
      }
    }
  }

  /**
   * Has one replica brought up to a position without pause.
   *
   * @return whether it holds it; false if there was not enough time, or its generation is over
   */
  boolean bring(ReplicaUploader uploader, Position target, Duration timeout)
      throws InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    waiting.incrementAndGet();
    try {
      uploader.signal();
      synchronized (monitor) {
        while (!uploader.holds(target)) {
          if (database.isClosed() || !database.isCurrent(target.generation()) || !await(deadline)) {
            return false;
          }
        }
        return true;
      }
    } finally {
      waiting.decrementAndGet();
    }
  }

  private String describe(List<ReplicaUploader> behind) {
    return behind.stream()
        .map(
            uploader ->
                "replica '"
                    + uploader.name()
                    + "' of "
                    + database.database()
                    + " does not hold everything that was committed"
                    + uploader.error().map(e -> ": " + e).orElse(", there was not enough time"))
        .collect(Collectors.joining("; "));
  }

  /** Waits once; the callers loop until what they wait for is true. */
  @SuppressWarnings("WaitNotInLoop")
  private boolean await(long deadline) throws InterruptedException {
    long left = deadline - System.nanoTime();
    if (left <= 0) {
      return false;
    }
    monitor.wait(left / 1_000_000, (int) (left % 1_000_000));
    return true;
  }
}
