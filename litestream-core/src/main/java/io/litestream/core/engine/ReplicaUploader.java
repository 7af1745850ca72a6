package io.litestream.core.engine;

import io.litestream.core.DatabaseStatus;
import io.litestream.core.ReplicaOptions;
import io.litestream.core.ReplicationObserver;
import io.litestream.core.position.Position;
import io.litestream.core.replica.ReplicaReader;
import io.litestream.core.sync.ShadowView;
import io.litestream.spi.ReplicaStore;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Feeds one replica of one database, in runs that never overlap: has its place found ({@link
 * ReplicaPlace}), and then a snapshot uploaded if there is none in the generation ({@link
 * SnapshotCommits}), and segments as the shadow WAL grows ({@link SegmentUploads}). When a run
 * uploads is decided here. Methods may be called by any thread.
 */
final class ReplicaUploader {

  private static final Logger log = LoggerFactory.getLogger(ReplicaUploader.class);

  private final DatabaseReplicator database;
  private final ReplicaOptions options;
  private final ReplicaStore store;
  private final ScheduledExecutorService clock;
  private final ReplicationObserver observer;
  private final SerialTask task;
  private final UploadBudget budget;
  private final UploadOutcomes outcomes;
  private final WritePermission permission = new WritePermission();
  private final ReplicaPlace place;
  private final SegmentUploads segments;
  private final SnapshotCommits snapshots;
  private final ReplicaUpkeep upkeep;
  private final ReplicaDrill drill;

  private @Nullable Future<?> nextWake;
  private volatile boolean stopped;
  private volatile long readyAt;

  ReplicaUploader(
      DatabaseReplicator database,
      ReplicaOptions options,
      ReplicaStore store,
      String deletePermission,
      EngineThreads threads,
      String destination,
      Clock wallClock,
      ReplicationObserver observer) {
    this.database = database;
    this.options = options;
    this.store = store;
    this.clock = threads.clock();
    this.observer = observer;
    this.task = new SerialTask(threads.uploads(destination), this::run);
    this.upkeep =
        new ReplicaUpkeep(
            database,
            this,
            options,
            store,
            deletePermission,
            threads.upkeep(destination),
            clock,
            wallClock,
            observer);
    this.drill = new ReplicaDrill(database, this, options, store, threads, wallClock, observer);
    this.outcomes = new UploadOutcomes(wallClock, this::line);
    this.place =
        new ReplicaPlace(
            database, options, new ReplicaReader(options, store), upkeep::found, this::line);
    this.segments =
        new SegmentUploads(
            database, options, store, place, permission, observer, this::line, () -> stopped);
    this.snapshots =
        new SnapshotCommits(
            database,
            options,
            store,
            place,
            segments,
            upkeep,
            permission,
            wallClock,
            observer,
            this::line,
            () -> stopped);
    long now = System.nanoTime();
    this.budget = new UploadBudget(options.syncInterval(), now);
    this.readyAt = now;
  }

  /** To be called before {@link #begin}. */
  void writeUnder(ReplicaLease held) {
    permission.under(held);
  }

  /** Begins to look after what is in the replica; uploads begin with a signal. */
  void begin() {
    permission.begin();
    upkeep.begin();
    drill.begin();
  }

  /** Begins a line of the log. */
  LoggingEventBuilder line(Level level) {
    return log.atLevel(level)
        .addKeyValue("db", database.database())
        .addKeyValue("replica", options.name());
  }

  /** Whether anything may be written or deleted now. */
  boolean mayWrite() {
    return permission.isGiven();
  }

  /** Is told that the shadow WAL may have grown, or that somebody is waiting. */
  void signal() {
    task.signal();
  }

  /**
   * Whether an upload could begin at once.
   *
   * @param now as {@link System#nanoTime()}
   */
  boolean isReady(long now) {
    return readyAt - now <= 0;
  }

  /** The end of what is in the replica, if it is known; the shadow WAL is needed from there on. */
  Optional<Position> position() {
    return place.position();
  }

  /** Whether the replica holds everything up to there. */
  boolean holds(Position target) {
    return place.holds(target);
  }

  /** Up to where the database can be restored from the replica, as far as is known. */
  @Nullable Position held() {
    return place.held();
  }

  /** The position, once its place is found and the generation has a snapshot. */
  Optional<Position> settled() {
    return place.settled();
  }

  /** When the replica was last seen to hold everything that had been copied. */
  Optional<Instant> lastSync() {
    return outcomes.lastSync();
  }

  DatabaseStatus.Replica status(Duration lag, long lagBytes, Optional<Instant> lastSeenInSync) {
    return new DatabaseStatus.Replica(
        options.name(),
        position(),
        lag,
        lagBytes,
        lastSeenInSync,
        error(),
        outcomes.retryAt(),
        upkeep.status(),
        drill.status(),
        permission.status());
  }

  String name() {
    return options.name();
  }

  /** Why nothing is uploaded, or the last upload failed; empty if all is well. */
  Optional<String> error() {
    return permission.problem().or(outcomes::error);
  }

  /**
   * Has a snapshot committed once the replica holds what it needs. It is closed in any case: also
   * when an upload fails before, so that the database's WAL does not grow without limit.
   */
  void commitOnceHeld(SnapshotUpload snapshot) {
    snapshots.prepare(snapshot);
    task.signal();
  }

  /** Ends after the request that is under way; closes the store. */
  void stop() throws IOException {
    stopped = true;
    upkeep.stop();
    drill.stop();
    snapshots.giveUpPrepared(null);
    permission.release();
    store.close();
  }

  private void run() {
    ShadowView view = database.view();
    if (view == null || stopped) {
      return;
    }
    if (!mayWrite()) {
      snapshots.giveUpPrepared(null);
      database.progressed();
      return; // the lease signals when it is held
    }
    if (permission.wasTakenAnew()) {
      place.forget(); // what others wrote meanwhile does not count for where the replica ends
    }
    snapshots.commitPrepared();
    if (holds(view.end())) {
      outcomes.inSync();
      return;
    }
    long now = System.nanoTime();
    if (database.isUrgent()) {
      budget.take(now);
    } else if (readyAt - now > 0 || !budget.tryTake(now)) {
      wakeAt(now);
      return;
    }
    readyAt = budget.readyAt();
    try {
      bring(view);
      outcomes.succeeded(position());
      snapshots.commitPrepared();
    } catch (IOException | RuntimeException e) {
      if (!stopped && !isObsolete(view)) {
        failed(e);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    database.progressed();
  }

  private boolean isObsolete(ShadowView view) {
    ShadowView now = database.view();
    return now == null || !now.generation().equals(view.generation());
  }

  /** Has the database look again when an upload may begin: there may be more to upload by then. */
  private void wakeAt(long now) {
    long at = readyAt - now > 0 ? readyAt : budget.readyAt();
    readyAt = at;
    wakeIn(Math.max(0, at - now));
  }

  private void wakeIn(long nanos) {
    Future<?> former = nextWake;
    if (former != null) {
      former.cancel(false);
    }
    try {
      nextWake = clock.schedule(database::wake, nanos, TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      stopped = true; // the engine is closed
    }
  }

  private void failed(Exception e) {
    Duration pause = outcomes.failed(e);
    observer.onUploadFailed(database.database(), options);
    snapshots.giveUpPrepared(e);
    readyAt = System.nanoTime() + pause.toNanos();
    wakeIn(pause.toNanos());
  }

  /**
   * Uploads what is missing. At the start, what is left of the segments goes first; whether there
   * is a snapshot before them is asked afterwards.
   */
  private void bring(ShadowView view) throws IOException, InterruptedException {
    if (!place.find(view)) {
      return;
    }
    if (place.continues()) {
      segments.uploadTo(view.end());
      place.findSnapshot(view);
    }
    ShadowView latest = view;
    if (place.needsSnapshot()) {
      snapshots.writeFirst();
      latest = Optional.ofNullable(database.view()).orElse(view);
    }
    segments.uploadTo(latest.end());
  }
}
