package io.litestream.core.engine;

import io.litestream.core.DatabaseStatus;
import io.litestream.core.ReplicaOptions;
import io.litestream.core.ReplicationObserver;
import io.litestream.core.ReplicationObserver.Upload;
import io.litestream.core.layout.ReplicaLayout;
import io.litestream.core.position.Generation;
import io.litestream.core.position.Position;
import io.litestream.core.replica.ObjectFingerprint;
import io.litestream.core.replica.ObjectUpload;
import io.litestream.core.replica.ReplicaReader;
import io.litestream.core.replica.SegmentInfo;
import io.litestream.core.replica.SnapshotInfo;
import io.litestream.core.retention.KnownGeneration;
import io.litestream.core.sync.ShadowView;
import io.litestream.core.sync.SyncDecision.Reason;
import io.litestream.spi.ReplicaStore;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Feeds one replica of one database: finds its place, uploads a snapshot if there is none in the
 * generation, and then segments as the shadow WAL grows.
 *
 * <p>An upload that failed is repeated, from the same position and so under the same key: whether
 * the first try arrived after all makes no difference. So the place is looked up only once for each
 * generation, at the start: a listing of the last segments, and the last one itself. What is left
 * to upload goes first then; whether there is a snapshot before it is asked afterwards, and counts
 * as no until then.
 *
 * <p>A snapshot becomes visible only after the segments that repair it: what is in the database
 * file may be half a transaction, the rest of which is in the WAL. If the process dies between the
 * two, the generation has segments without a snapshot, which nobody restores from, and the next
 * start uploads one.
 */
final class ReplicaUploader {

  private static final Logger log = LoggerFactory.getLogger(ReplicaUploader.class);

  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

  private final DatabaseReplicator database;
  private final ReplicaOptions options;
  private final ReplicaStore store;
  private final ReplicaReader reader;
  private final ScheduledExecutorService clock;
  private final Clock wallClock;
  private final ReplicationObserver observer;
  private final SerialTask task;
  private final UploadBudget budget;
  private final ReplicaUpkeep upkeep;
  private final ReplicaDrill drill;
  private final AtomicReference<@Nullable SnapshotUpload> prepared = new AtomicReference<>();
  private final Backoff backoff =
      new Backoff(FIRST_PAUSE, LONGEST_PAUSE, () -> ThreadLocalRandom.current().nextDouble());

  /** Of the generation in which {@code position} is; of encrypted replicas alone. */
  private @Nullable UploadRecord record;

  /** Who may write; null without a lease. */
  private @Nullable ReplicaLease lease;

  /** The lease's acquisitions when the place in the replica was found. */
  private int locatedIn;

  private volatile boolean snapshotNeeded;

  /** The last segment that was found, until it is known whether there is a snapshot before it. */
  private @Nullable SegmentInfo continued;

  private @Nullable Future<?> nextWake;
  private volatile @Nullable Position position;

  /** Up to where the database can be restored; behind {@code position} without a snapshot. */
  private volatile @Nullable Position held;

  private volatile @Nullable Instant lastSync;
  private volatile @Nullable String error;
  private volatile @Nullable Instant retryAt;
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
    this.reader = new ReplicaReader(options, store);
    this.clock = threads.clock();
    this.wallClock = wallClock;
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
    long now = System.nanoTime();
    this.budget = new UploadBudget(options.syncInterval(), now);
    this.readyAt = now;
  }

  /** To be called before {@link #begin}. */
  void writeUnder(ReplicaLease held) {
    lease = held;
  }

  /** Begins to look after what is in the replica; uploads begin with a signal. */
  void begin() {
    if (lease != null) {
      lease.begin();
    }
    upkeep.begin();
    drill.begin();
  }

  /** Begins a line of the log. */
  LoggingEventBuilder line(Level level) {
    return facts(level);
  }

  /** Whether anything may be written or deleted now. */
  boolean mayWrite() {
    return lease == null || lease.mayWrite();
  }

  private void requireMayWrite() throws IOException {
    if (lease != null) {
      lease.requireMayWrite();
    }
  }

  /** What others wrote meanwhile does not count for where the replica ends. */
  private void forgetPlaceOfFormerLease() {
    if (lease != null && lease.acquisitions() != locatedIn) {
      locatedIn = lease.acquisitions();
      position = null;
    }
  }

  /** Is told that the shadow WAL may have grown, or that somebody is waiting. */
  void signal() {
    task.signal();
  }

  /** Whether an upload could begin at once. */
  boolean isReady(long now) {
    return readyAt - now <= 0;
  }

  /** The lowest index of the shadow WAL that is needed, if the place in the replica is known. */
  Optional<Position> position() {
    return Optional.ofNullable(position);
  }

  /** Whether the replica holds everything up to there. */
  boolean holds(Position target) {
    Position reached = position;
    return reached != null
        && reached.generation().equals(target.generation())
        && !snapshotNeeded
        && (reached.index() > target.index()
            || (reached.index() == target.index() && reached.offset() >= target.offset()));
  }

  /** Up to where the database can be restored from the replica, as far as is known. */
  @Nullable Position held() {
    return held;
  }

  /** When the replica was last seen to hold everything that had been copied. */
  Optional<Instant> lastSync() {
    return Optional.ofNullable(lastSync);
  }

  DatabaseStatus.Replica status(Duration lag, long lagBytes, Optional<Instant> lastSeenInSync) {
    return new DatabaseStatus.Replica(
        options.name(),
        position(),
        lag,
        lagBytes,
        lastSeenInSync,
        error(),
        Optional.ofNullable(retryAt),
        upkeep.status(),
        drill.status(),
        Optional.ofNullable(lease).map(ReplicaLease::status));
  }

  /** The position, once its place is found and the generation has a snapshot. */
  Optional<Position> settled() {
    Position at = position;
    return at != null && !snapshotNeeded && database.isCurrent(at.generation())
        ? Optional.of(at)
        : Optional.empty();
  }

  String name() {
    return options.name();
  }

  Optional<String> error() {
    return Optional.ofNullable(lease)
        .flatMap(ReplicaLease::problem)
        .or(() -> Optional.ofNullable(error));
  }

  /** Ends after the request that is under way; closes the store. */
  void stop() throws IOException {
    stopped = true;
    upkeep.stop();
    drill.stop();
    giveUpPrepared(null);
    if (lease != null) {
      lease.release();
    }
    store.close();
  }

  private void run() {
    ShadowView view = database.view();
    if (view == null || stopped) {
      return;
    }
    if (!mayWrite()) {
      giveUpPrepared(null);
      database.progressed();
      return; // the lease signals when it is held
    }
    forgetPlaceOfFormerLease();
    commitPrepared();
    if (holds(view.end())) {
      lastSync = wallClock.instant();
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
      succeeded();
      commitPrepared();
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

  private void succeeded() {
    backoff.reset();
    retryAt = null;
    if (error != null) {
      error = null;
      facts(Level.INFO).addKeyValue("position", position).log("replica is reachable again");
    }
    lastSync = wallClock.instant();
  }

  private void failed(Exception e) {
    String message = Optional.ofNullable(e.getMessage()).orElse(e.getClass().getSimpleName());
    Duration pause = backoff.next();
    // Once per change of state; a store that stays away for hours does not fill the log.
    boolean news = !message.equals(error);
    error = message;
    retryAt = wallClock.instant().plus(pause);
    observer.onUploadFailed(database.database(), options);
    facts(news ? Level.ERROR : Level.DEBUG)
        .addKeyValue("error", message)
        .addKeyValue("retry-in", pause)
        .setCause(e)
        .log("upload failed");
    giveUpPrepared(e);
    readyAt = System.nanoTime() + pause.toNanos();
    wakeIn(pause.toNanos());
  }

  private LoggingEventBuilder facts(Level level) {
    return log.atLevel(level)
        .addKeyValue("db", database.database())
        .addKeyValue("replica", options.name());
  }

  private void bring(ShadowView view) throws IOException, InterruptedException {
    Position at = position;
    if (at == null || !at.generation().equals(view.generation())) {
      at = locate(view);
      if (at == null) {
        return;
      }
      advance(at);
      facts(Level.INFO).addKeyValue("position", at).log("replication continues");
    }
    SegmentInfo last = continued;
    if (last != null) {
      uploadTo(view.end());
      snapshotNeeded = !hasSnapshot(view, Optional.of(last));
      continued = null;
      advance(Optional.ofNullable(position).orElse(at));
    }
    if (snapshotNeeded) {
      writeSnapshot();
      view = Optional.ofNullable(database.view()).orElse(view);
    }
    uploadTo(view.end());
  }

  private void advance(Position to) {
    position = to;
    if (!snapshotNeeded) {
      held = to;
    }
  }

  /**
   * Finds out how far the replica got.
   *
   * @return null if it cannot be shown that what we have continues what the replica has, and a new
   *     generation was asked for
   */
  private @Nullable Position locate(ShadowView view) throws IOException {
    UploadRecord sent = openRecord(view.generation());
    record = sent;
    continued = null;
    Optional<SegmentEnd.Found> found =
        SegmentEnd.find(reader, view, database::shadowPath, options.age(), sent);
    if (found.isEmpty()) {
      // Nothing that what we have would continue: begin here, with a snapshot of its own unless
      // this is the very beginning.
      snapshotNeeded = !hasSnapshot(view, Optional.empty()) || view.firstIndex() > 0;
      return new Position(view.generation(), snapshotNeeded ? view.index() : 0, 0);
    }
    Optional<Reason> objection = found.get().objection();
    if (objection.isPresent()) {
      database.abandonGeneration(view.generation(), objection.get());
      return null;
    }
    snapshotNeeded = true;
    continued = found.get().segment();
    return found.get().end();
  }

  private @Nullable UploadRecord openRecord(Generation generation) throws IOException {
    return options.age().encrypts()
        ? UploadRecord.open(database.uploadRecord(generation, options.name()), options.age())
        : null;
  }

  /** Also tells what was found, so that it is listed only once. */
  private boolean hasSnapshot(ShadowView view, Optional<SegmentInfo> last) throws IOException {
    List<SnapshotInfo> snapshots = reader.snapshots(view.generation());
    upkeep.found(new KnownGeneration(view.generation(), snapshots, last));
    return !snapshots.isEmpty();
  }

  private void writeSnapshot() throws IOException, InterruptedException {
    try (SnapshotUpload snapshot =
        SnapshotUpload.copy(hold(), store, options.age(), () -> stopped)) {
      Position covered = snapshot.covered();
      Position at = position;
      if (at == null || !at.generation().equals(covered.generation())) {
        return; // a new generation has begun; its own snapshot comes next
      }
      uploadTo(covered);
      if (stopped || !database.isCurrent(covered.generation())) {
        return;
      }
      commit(snapshot);
      snapshotNeeded = false;
      held = position;
    }
  }

  private void commit(SnapshotUpload snapshot) throws IOException {
    requireMayWrite();
    snapshot.commit();
    Position covered = snapshot.covered();
    Duration elapsed = snapshot.elapsed();
    observer.onUpload(database.database(), options, Upload.SNAPSHOT, snapshot.size(), elapsed);
    facts(Level.INFO)
        .addKeyValue("position", covered.at(0))
        .addKeyValue("elapsed", elapsed)
        .addKeyValue("sz", snapshot.size())
        .log("snapshot written");
    upkeep.snapshotWritten(
        new SnapshotInfo(covered.generation(), covered.index(), 0, wallClock.instant()), covered);
  }

  /**
   * Has a snapshot committed once the replica holds what it needs. It is closed in any case: also
   * when an upload fails before, so that the database's WAL does not grow without limit.
   */
  void commitOnceHeld(SnapshotUpload snapshot) {
    prepared.set(snapshot);
    if (stopped) {
      giveUpPrepared(null);
    }
    task.signal();
  }

  private void commitPrepared() {
    SnapshotUpload snapshot = prepared.get();
    if (snapshot == null) {
      return;
    }
    if (!database.isCurrent(snapshot.covered().generation())) {
      giveUpPrepared(null);
    } else if (holds(snapshot.covered()) && prepared.compareAndSet(snapshot, null)) {
      try (snapshot) {
        commit(snapshot);
      } catch (IOException | RuntimeException e) {
        upkeep.snapshotGivenUp(e);
      }
    }
  }

  private void giveUpPrepared(@Nullable Exception reason) {
    SnapshotUpload snapshot = prepared.getAndSet(null);
    if (snapshot == null) {
      return;
    }
    try (snapshot) {
      upkeep.snapshotGivenUp(reason);
    } catch (IOException e) {
      facts(Level.DEBUG).setCause(e).log("an unfinished snapshot could not be removed");
    }
  }

  private SnapshotHold hold() throws IOException, InterruptedException {
    try {
      return database.holdForSnapshot().get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      throw new IOException(e.getCause());
    }
  }

  /** What could not be recorded costs a new generation after a restart, and holds nothing up. */
  private void expect(Position start, long end, ObjectUpload upload) {
    UploadRecord sent = record;
    Optional<ObjectFingerprint> stored = upload.fingerprint();
    if (sent == null || stored.isEmpty()) {
      return;
    }
    try {
      Path shadow = database.shadowPath(start.generation(), start.index());
      sent.expect(start, end, stored.get(), WalMark.of(shadow, end));
    } catch (IOException e) {
      if (database.isCurrent(start.generation())) {
        facts(Level.WARN)
            .addKeyValue("error", e.toString())
            .log("upload cannot be recorded; a restart may begin a new generation");
      }
    }
  }

  private void confirm() {
    UploadRecord sent = record;
    if (sent != null) {
      sent.confirm();
    }
  }

  /** The first segment of an index says how the one before ended, so that a gap there shows. */
  private byte[] note(Position start) throws IOException {
    if (start.offset() > 0 || start.index() == 0) {
      return new byte[0];
    }
    int before = start.index() - 1;
    try {
      return IndexEnd.of(
              database.shadowPath(start.generation(), before),
              database.begun(start.generation(), before))
          .toNote();
    } catch (NoSuchFileException e) {
      return new byte[0]; // removed: its end is not known any more
    }
  }

  /** Uploads segments until the replica holds everything up to there. */
  private void uploadTo(Position target) throws IOException {
    while (!stopped) {
      Position at = position;
      if (at == null
          || !at.generation().equals(target.generation())
          || at.index() > target.index()
          || (at.index() == target.index() && at.offset() >= target.offset())) {
        return;
      }
      try (ShadowSlice slice =
          ShadowSlice.open(database.shadowPath(at.generation(), at.index()), at, target)) {
        if (slice.isEmpty()) {
          advance(at.startOf(at.index() + 1));
          continue;
        }
        long began = System.nanoTime();
        try (ObjectUpload upload =
            ObjectUpload.ofSegment(store, options.age(), ReplicaLayout.segmentKey(at), note(at))) {
          slice.copyTo(upload);
          upload.finish();
          expect(at, slice.end(), upload);
          requireMayWrite();
          upload.commit();
        }
        confirm();
        advance(at.at(slice.end()));
        long size = slice.end() - at.offset();
        Duration elapsed = Duration.ofNanos(System.nanoTime() - began);
        observer.onUpload(database.database(), options, Upload.SEGMENT, size, elapsed);
        facts(Level.DEBUG)
            .addKeyValue("position", at)
            .addKeyValue("elapsed", elapsed)
            .addKeyValue("sz", size)
            .log("wal segment written");
        database.progressed();
      } catch (NoSuchFileException e) {
        if (database.isCurrent(at.generation())) {
          throw new IOException("shadow WAL file " + e.getFile() + " is gone", e);
        }
        return;
      }
    }
  }
}
