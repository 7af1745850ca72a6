package io.litestream.core.engine;

import io.litestream.core.DatabaseOptions;
import io.litestream.core.DatabaseStatus;
import io.litestream.core.Replication;
import io.litestream.core.ReplicationObserver;
import io.litestream.core.position.Generation;
import io.litestream.core.position.Position;
import io.litestream.core.sqlite.SqliteFailure;
import io.litestream.core.sync.ShadowView;
import io.litestream.core.sync.SyncDecision.Reason;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Replicates one database: has its shadow WAL brought forward ({@link DatabaseSteps}) and uploaded
 * ({@link ReplicaUploader}), from its beginning to its end, and says where it stands. Methods may
 * be called by any thread.
 */
final class DatabaseReplicator implements Replication {

  private final DatabaseOptions options;
  private final Duration shutdownTimeout;
  private final Runnable onClosed;
  private final List<ReplicaUploader> uploaders = new ArrayList<>();
  private final SerialTask task;
  private final DatabaseHandle handle;
  private final SnapshotHolds holds;
  private final SyncRequests requests;
  private final ReplicationLag lag;
  private final DatabaseSteps steps;

  private volatile boolean closing;
  private volatile boolean closed;

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
    this.shutdownTimeout = shutdownTimeout;
    this.onClosed = onClosed;
    this.task = new SerialTask(threads.databases(), this::step);
    this.handle = new DatabaseHandle(options, random);
    this.holds = new SnapshotHolds(this::wake);
    this.requests = new SyncRequests(this, uploaders);
    this.lag = new ReplicationLag(clock, options.monitorInterval());
    this.steps =
        new DatabaseSteps(
            options,
            handle,
            uploaders,
            requests,
            holds,
            lag,
            threads,
            watch,
            clock,
            observer,
            this::wake,
            () -> closing);
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
      handle.open();
    } catch (SqliteFailure e) {
      if (!e.isBusy()) {
        throw e;
      }
    }
    wake();
    uploaders.forEach(ReplicaUploader::begin);
  }

  private void step() {
    if (!closed) {
      steps.step();
    }
  }

  /** Has the next step begin as soon as a thread is free. */
  void wake() {
    task.signal();
  }

  @Override
  public Path database() {
    return options.path();
  }

  @Override
  public DatabaseOptions options() {
    return options;
  }

  /** What the shadow WAL holds; null before the first sync. */
  @Nullable ShadowView view() {
    return steps.view();
  }

  /** Whether a generation is still the current one. */
  boolean isCurrent(Generation generation) {
    return steps.isCurrent(generation);
  }

  /** When an index's first commit was noticed; empty if nobody was there, or it is long ago. */
  Optional<Instant> begun(Generation generation, int index) {
    return steps.begun(generation, index);
  }

  /** Where the shadow file of an index is; fails as long as the database is not there. */
  Path shadowPath(Generation generation, int index) throws IOException {
    return handle.shadowPath(generation, index);
  }

  /** Where {@link UploadRecord} is kept; fails as long as the database is not there. */
  Path uploadRecord(Generation generation, String replica) throws IOException {
    return handle.uploadRecord(generation, replica);
  }

  /** Keeps how the last restore drill of a replica ended, for the next process. */
  void keepDrill(String replica, byte[] text) throws IOException {
    handle.keepDrill(replica, text);
  }

  /** What the database's place is called in leases; fails as long as the database is not there. */
  String owner() throws IOException {
    return handle.owner();
  }

  /** Whether somebody is waiting for everything to be uploaded. */
  boolean isUrgent() {
    return requests.isUrgent();
  }

  /** Begins a new generation with the next step, unless this one is over already. */
  void abandonGeneration(Generation generation, Reason reason) {
    steps.abandonGeneration(generation, reason);
  }

  /**
   * Keeps the WAL from being checkpointed, once all that is committed now has been copied; see
   * {@link SnapshotHolds#await}.
   */
  SnapshotHold holdForSnapshot(Duration patience) throws IOException, InterruptedException {
    return holds.await(patience);
  }

  /**
   * Has the WAL checkpointed at the next occasion that holds nobody up, so that another index
   * begins, if that one is still the current.
   */
  void endIndex(int index) {
    steps.endIndex(index);
  }

  /** Is told by an uploader that it got further, or failed. */
  void progressed() {
    requests.progressed();
  }

  /** Why the last step failed; empty if it did not. */
  Optional<String> error() {
    return steps.error();
  }

  @Override
  public DatabaseStatus status() {
    ShadowView now = view();
    List<DatabaseStatus.Replica> replicas = new ArrayList<>();
    for (ReplicaUploader uploader : uploaders) {
      replicas.add(
          uploader.status(
              handle.isMissing() ? Duration.ZERO : lag.of(uploader.held()),
              Backlog.bytes(now, uploader.position().orElse(null), this::shadowPath),
              now != null && uploader.holds(now.end())
                  ? Optional.of(lag.lastLook())
                  : uploader.lastSync()));
    }
    return new DatabaseStatus(
        options.path(),
        !handle.isMissing(),
        Optional.ofNullable(now).map(ShadowView::end),
        error(),
        replicas);
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
    steps.stop();
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
            steps.release();
            released.complete(null);
          } catch (IOException | RuntimeException e) {
            released.completeExceptionally(e);
          }
        });
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
