package io.litestream.core.engine;

import io.litestream.core.DatabaseOptions;
import io.litestream.core.DatabaseStatus;
import io.litestream.core.Replication;
import io.litestream.core.ReplicationObserver;
import io.litestream.core.position.Generation;
import io.litestream.core.position.Position;
import io.litestream.core.sqlite.SqliteFailure;
import io.litestream.core.sync.DatabaseSync;
import io.litestream.core.sync.ShadowView;
import io.litestream.core.sync.SyncDecision.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replicates one database: looks after its shadow WAL in steps that never overlap, and tells its
 * uploaders. What follows a step, and when, is decided at its end.
 */
final class DatabaseReplicator implements Replication {

  private static final Logger log = LoggerFactory.getLogger(DatabaseReplicator.class);

  /** How much one step copies at most, so that uploads and checkpoints get their turn. */
  private static final long ROUND_BYTES = 16 << 20;

  /** How often a database is looked at while it is being written to. */
  private static final Duration ACTIVE_INTERVAL = Duration.ofMillis(100);

  /** A transaction under way of this size is not scanned again at once. */
  private static final long LARGE_TRANSACTION = 4 << 20;

  private static final Duration LONGEST_SCAN_PAUSE = Duration.ofSeconds(5);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  private final DatabaseOptions options;
  private final EngineThreads threads;
  private final DirectoryWatch watch;
  private final LongSupplier random;
  private final Clock clock;
  private final ReplicationObserver observer;
  private final Duration shutdownTimeout;
  private final Runnable onClosed;
  private final SerialTask task;
  private final Checkpoints checkpoints;
  private final SnapshotHolds holds;
  private final SyncRequests requests;
  private final ReplicationLag lag;
  private final IndexBeginnings beginnings = new IndexBeginnings();
  private final Backoff backoff;
  private final List<ReplicaUploader> uploaders = new ArrayList<>();

  // Written by steps only.
  private volatile @Nullable DatabaseSync sync;
  private volatile @Nullable ShadowView view;
  private volatile @Nullable String error;
  private volatile WalStat lastStat = WalStat.ABSENT;
  private volatile boolean missing;
  private long copiedBefore;

  private volatile @Nullable Abandoned abandoned;

  private volatile boolean closing;
  private volatile boolean closed;
  private @Nullable Future<?> nextTick;

  DatabaseReplicator(
      DatabaseOptions options,
      EngineThreads threads,
      DirectoryWatch watch,
      LongSupplier random,
      Clock clock,
      ReplicationObserver observer,
      Duration shutdownTimeout,
      Runnable onClosed) {
    this.options = options;
    this.threads = threads;
    this.watch = watch;
    this.random = random;
    this.clock = clock;
    this.observer = observer;
    this.shutdownTimeout = shutdownTimeout;
    this.onClosed = onClosed;
    this.task = new SerialTask(threads.databases(), this::step);
    this.checkpoints = new Checkpoints(options, observer);
    this.holds = new SnapshotHolds(this::wake);
    this.requests = new SyncRequests(this, uploaders);
    this.lag = new ReplicationLag(clock, options.monitorInterval());
    this.backoff =
        new Backoff(
            options.monitorInterval(),
            LONGEST_PAUSE,
            () -> ThreadLocalRandom.current().nextDouble());
  }

  /** To be called before {@link #begin}. */
  void add(ReplicaUploader uploader) {
    uploaders.add(uploader);
  }

  /**
   * Opens the database if it is there, and begins. What may get better by itself (the file is
   * missing, or locked) is tried again later.
   */
  void begin() throws IOException {
    try {
      open();
    } catch (SqliteFailure e) {
      if (!e.isBusy()) {
        throw e;
      }
    }
    wake();
    uploaders.forEach(ReplicaUploader::begin);
  }

  /** Whether the database is open now. */
  private boolean open() throws IOException {
    if (sync != null) {
      return true;
    }
    try {
      sync = DatabaseSync.open(options.path(), options.metaPath(), options.busyTimeout(), random);
      missing = false;
      copiedBefore = 0;
      return true;
    } catch (NoSuchFileException e) {
      if (!missing) {
        missing = true;
        log.atInfo()
            .addKeyValue("db", options.path())
            .log("database does not exist yet; waiting for it");
      }
      return false;
    }
  }

  @Override
  public Path database() {
    return options.path();
  }

  @Override
  public DatabaseOptions options() {
    return options;
  }

  /** Has the next step begin as soon as a thread is free. */
  void wake() {
    task.signal();
  }

  /** What the shadow WAL holds; null before the first sync. */
  @Nullable ShadowView view() {
    return view;
  }

  /** Whether a generation is still the current one. */
  boolean isCurrent(Generation generation) {
    ShadowView now = view;
    return now != null && now.generation().equals(generation);
  }

  /** When an index's first commit was noticed; empty if nobody was there, or it is long ago. */
  Optional<Instant> begun(Generation generation, int index) {
    return beginnings.of(generation, index);
  }

  Path shadowPath(Generation generation, int index) throws IOException {
    DatabaseSync open = sync;
    if (open == null) {
      throw new NoSuchFileException(options.path().toString());
    }
    return open.shadowPath(generation, index);
  }

  Path uploadRecord(Generation generation, String replica) throws IOException {
    DatabaseSync open = sync;
    if (open == null) {
      throw new NoSuchFileException(options.path().toString());
    }
    return open.uploadRecord(generation, replica);
  }

  /** Keeps how the last restore drill of a replica ended, for the next process. */
  void keepDrill(String replica, byte[] text) throws IOException {
    DatabaseSync open = sync;
    if (open == null) {
      throw new NoSuchFileException(options.path().toString());
    }
    open.keepDrill(replica, text);
  }

  /** What the database's place is called in leases; fails as long as the database is not there. */
  String owner() throws IOException {
    DatabaseSync open = sync;
    if (open == null) {
      throw new NoSuchFileException(options.path().toString());
    }
    return open.owner();
  }

  /** Whether somebody is waiting for everything to be uploaded. */
  boolean isUrgent() {
    return requests.isUrgent();
  }

  private record Abandoned(Generation generation, Reason reason) {}

  /** Begins a new generation with the next step, unless this one is over already. */
  void abandonGeneration(Generation generation, Reason reason) {
    abandoned = new Abandoned(generation, reason);
    wake();
  }

  /** Keeps the WAL from being checkpointed, once all that is committed now has been copied. */
  CompletableFuture<SnapshotHold> holdForSnapshot() {
    return holds.request();
  }

  /**
   * Has the WAL checkpointed at the next occasion that holds nobody up, so that another index
   * begins, if that one is still the current.
   */
  void endIndex(int index) {
    checkpoints.endIndex(index);
    wake();
  }

  /** Is told by an uploader that it got further, or failed. */
  void progressed() {
    requests.progressed();
  }

  private void step() {
    if (closed) {
      return;
    }
    long began = System.nanoTime();
    Instant looked = clock.instant();
    long serving = requests.open();
    try {
      if (!open()) {
        lag.lookedAt(looked);
        // There is no database, so nothing is missing from its replicas.
        requests.serve(serving, null);
        schedule(options.monitorInterval().toNanos());
        return;
      }
      DatabaseSync open = sync;
      if (open == null) {
        return;
      }
      if (!open.isCurrent()) {
        reopenLater(open);
        return;
      }
      Abandoned over = abandoned;
      if (over != null) {
        abandoned = null;
        if (isCurrent(over.generation())) {
          open.abandonGeneration(over.reason());
        }
      }
      DatabaseSync.Outcome outcome = copy(open, serving);
      if (!outcome.more()) {
        lag.lookedAt(looked);
      }
      checkpoint(open, outcome.more());
      removeUnneeded(open);
      recovered();
      long elapsed = System.nanoTime() - began;
      long copied = open.copiedBytes();
      observer.onSync(options.path(), copied - copiedBefore, Duration.ofNanos(elapsed), false);
      copiedBefore = copied;
      scheduleAfter(outcome, elapsed);
    } catch (IOException | RuntimeException e) {
      observer.onSync(options.path(), 0, Duration.ofNanos(System.nanoTime() - began), true);
      failed(e);
    }
  }

  private DatabaseSync.Outcome copy(DatabaseSync open, long serving) throws IOException {
    lastStat = WalStat.of(open.walPath(), clock);
    DatabaseSync.Outcome outcome;
    if (serving > 0 || holds.isRequested()) {
      open.syncToPresentEnd();
      outcome = new DatabaseSync.Outcome(1, 0, false);
    } else {
      outcome = open.sync(ROUND_BYTES);
    }
    publish(open);
    ShadowView now = view;
    if (now != null) {
      if (!outcome.more()) {
        holds.grant(open, now.end(), () -> sync == open);
      }
      requests.serve(serving, now.end());
    }
    return outcome;
  }

  /**
   * Shows what was copied to the uploaders. Those that lag are told in any case: an upload that
   * failed, or had to keep to its interval, is not waiting for the database to change again.
   */
  private void publish(DatabaseSync open) {
    ShadowView now = open.view().orElse(null);
    observe(open, now);
    view = now;
    if (now != null) {
      for (ReplicaUploader uploader : uploaders) {
        if (!uploader.holds(now.end())) {
          uploader.signal();
        }
      }
    }
  }

  private void observe(DatabaseSync open, @Nullable ShadowView now) {
    if (now == null) {
      return;
    }
    lag.copied(now.end());
    beginnings.reached(now.end(), clock.instant());
    if (!isCurrent(now.generation())) {
      open.generationReason()
          .ifPresent(reason -> observer.onGeneration(options.path(), reason.text()));
    }
  }

  private void checkpoint(DatabaseSync open, boolean behind) throws IOException {
    if (checkpoints.run(open, view, behind, !holds.isHeld() && !closing)) {
      publish(open);
    }
  }

  /** Keeps one index more than the slowest replica needs, as the peer does. */
  private void removeUnneeded(DatabaseSync open) throws IOException {
    ShadowView now = view;
    if (now == null) {
      return;
    }
    int needed = now.index();
    for (ReplicaUploader uploader : uploaders) {
      Optional<Position> at = uploader.position();
      if (at.isEmpty() || !at.get().generation().equals(now.generation())) {
        return;
      }
      needed = Math.min(needed, at.get().index());
    }
    open.removeBelow(needed - 1);
  }

  private void reopenLater(DatabaseSync open) throws IOException {
    log.atInfo()
        .addKeyValue("db", options.path())
        .log("database was deleted or replaced; waiting for it to be there again");
    view = null;
    sync = null;
    beginnings.lost();
    open.close();
    schedule(0);
  }

  private void recovered() {
    backoff.reset();
    if (error != null) {
      error = null;
      log.atInfo().addKeyValue("db", options.path()).log("sync works again");
    }
  }

  private void failed(Exception e) {
    String message = Optional.ofNullable(e.getMessage()).orElse(e.getClass().getSimpleName());
    Duration pause = backoff.next();
    boolean news = !message.equals(error);
    error = message;
    (news ? log.atError() : log.atDebug())
        .addKeyValue("db", options.path())
        .addKeyValue("error", message)
        .addKeyValue("retry-in", pause)
        .setCause(e)
        .log("sync failed");
    holds.refuse("no snapshot while syncs fail: " + message);
    progressed();
    schedule(pause.toNanos());
  }

  private void scheduleAfter(DatabaseSync.Outcome outcome, long elapsedNanos) {
    if (outcome.more() || abandoned != null) {
      wake();
      return;
    }
    if (outcome.uncommitted() > LARGE_TRANSACTION) {
      // Scanning a large transaction again and again would cost more than the wait.
      schedule(Math.min(4 * elapsedNanos, LONGEST_SCAN_PAUSE.toNanos()));
      return;
    }
    boolean active = outcome.copied() > 0 || outcome.uncommitted() > 0 || lastStat.isFresh();
    schedule(
        active
            ? Math.min(ACTIVE_INTERVAL.toNanos(), options.monitorInterval().toNanos())
            : options.monitorInterval().toNanos());
    long now = System.nanoTime();
    boolean canUpload = false;
    for (ReplicaUploader uploader : uploaders) {
      canUpload |= uploader.isReady(now);
    }
    DatabaseSync open = sync;
    if (canUpload && open != null) {
      watch.arm(open.walPath(), this::wake);
      if (!WalStat.of(open.walPath(), clock).sameAs(lastStat)) {
        wake();
      }
    }
  }

  /** Has the database looked at after a while, instead of when it would have been. */
  private synchronized void schedule(long nanos) {
    if (nextTick != null) {
      nextTick.cancel(false);
    }
    if (closed) {
      return;
    }
    try {
      nextTick = threads.clock().schedule(this::tick, nanos, TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      nextTick = null; // the engine is closed
    }
  }

  /** On the clock's thread: a look at the file's size and time, and a step only if it changed. */
  private void tick() {
    DatabaseSync open = sync;
    if (open == null
        || error != null
        || lastStat.isFresh()
        || checkpoints.isDue(System.nanoTime())
        || !WalStat.of(open.walPath(), clock).sameAs(lastStat)) {
      wake();
    } else {
      lag.lookedAt(clock.instant());
      schedule(options.monitorInterval().toNanos());
    }
  }

  @Override
  public DatabaseStatus status() {
    ShadowView now = view;
    List<DatabaseStatus.Replica> replicas = new ArrayList<>();
    for (ReplicaUploader uploader : uploaders) {
      replicas.add(
          uploader.status(
              missing ? Duration.ZERO : lag.of(uploader.held()),
              lagBytes(now, uploader.position().orElse(null)),
              now != null && uploader.holds(now.end())
                  ? Optional.of(lag.lastLook())
                  : uploader.lastSync()));
    }
    return new DatabaseStatus(
        options.path(),
        !missing,
        Optional.ofNullable(now).map(ShadowView::end),
        Optional.ofNullable(error),
        replicas);
  }

  private long lagBytes(@Nullable ShadowView now, @Nullable Position reached) {
    if (now == null) {
      return 0;
    }
    boolean same = reached != null && reached.generation().equals(now.generation());
    int index = same && reached != null ? reached.index() : now.firstIndex();
    long bytes = same && reached != null ? -reached.offset() : 0;
    for (; index < now.index(); index++) {
      try {
        bytes += Files.size(shadowPath(now.generation(), index));
      } catch (IOException e) {
        // removed just now, so no replica needs it
      }
    }
    return Math.max(0, bytes + now.length());
  }

  @Override
  public void sync(Duration timeout) throws IOException, InterruptedException {
    requests.await(timeout);
  }

  @Override
  public void copy(Duration timeout) throws IOException, InterruptedException {
    requests.awaitCopy(timeout);
  }

  /** See {@link SyncRequests#bring}. */
  boolean bring(ReplicaUploader uploader, Position target, Duration timeout)
      throws InterruptedException {
    return requests.bring(uploader, target, timeout);
  }

  boolean isClosed() {
    return closed;
  }

  /** Why the last step failed; empty if it did not. */
  Optional<String> error() {
    return Optional.ofNullable(error);
  }

  /** Has everything copied and uploaded without pause from now on; {@link #close} is to follow. */
  void hurry() {
    requests.hurry();
  }

  @Override
  public void close() throws IOException {
    close(shutdownTimeout);
  }

  @Override
  public void close(Duration timeout) throws IOException {
    if (!beginsToClose()) {
      return;
    }
    IOException failure = null;
    try {
      sync(timeout);
    } catch (IOException e) {
      failure = e;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      failure = new IOException("interrupted before the last sync of " + options.path(), e);
    }
    closed = true;
    for (ReplicaUploader uploader : uploaders) {
      failure = run(uploader::stop, failure);
    }
    failure = run(this::release, failure);
    onClosed.run();
    if (failure != null) {
      throw failure;
    }
  }

  /** Whether this is the first call. */
  private synchronized boolean beginsToClose() {
    boolean first = !closing;
    closing = true;
    return first;
  }

  private interface Action {
    void run() throws IOException;
  }

  private static @Nullable IOException run(Action action, @Nullable IOException failure) {
    try {
      action.run();
    } catch (IOException e) {
      if (failure == null) {
        return e;
      }
      failure.addSuppressed(e);
    }
    return failure;
  }

  /** Closes the database between two steps. */
  private void release() throws IOException {
    CompletableFuture<Void> released = new CompletableFuture<>();
    task.end(
        () -> {
          try {
            DatabaseSync open = sync;
            sync = null;
            view = null;
            if (open != null) {
              watch.disarm(open.walPath());
              open.close();
            }
            released.complete(null);
          } catch (IOException | RuntimeException e) {
            released.completeExceptionally(e);
          }
        });
    synchronized (this) {
      if (nextTick != null) {
        nextTick.cancel(false);
      }
    }
    holds.cancel();
    progressed();
    try {
      released.get(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException e) {
      throw new IOException("cannot close " + options.path() + ": " + e.getCause(), e.getCause());
    } catch (TimeoutException e) {
      throw new IOException("database " + options.path() + " does not let go of a file", e);
    }
  }
}
