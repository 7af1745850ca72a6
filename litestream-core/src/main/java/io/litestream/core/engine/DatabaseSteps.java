package io.litestream.core.engine;

import io.litestream.core.DatabaseOptions;
import io.litestream.core.ReplicationObserver;
import io.litestream.core.position.Generation;
import io.litestream.core.position.Position;
import io.litestream.core.sync.DatabaseSync;
import io.litestream.core.sync.ShadowView;
import io.litestream.core.sync.SyncDecision.Reason;
import io.litestream.core.sync.SyncOutcome;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Brings one database's shadow WAL forward, step by step, and shows it to the uploaders. A step
 * opens the database if it is there, copies, checkpoints if that is due, removes what no replica
 * needs, and decides at its end what follows, and when. Steps never overlap; what is said of the
 * shadow WAL may be asked by any thread.
 */
final class DatabaseSteps {

  private static final Logger log = LoggerFactory.getLogger(DatabaseSteps.class);

  /** How many bytes one step copies at most, so that uploads and checkpoints get their turn. */
  private static final long ROUND_BYTES = 16 << 20;

  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  private final DatabaseOptions options;
  private final DatabaseHandle handle;
  private final List<ReplicaUploader> uploaders;
  private final SyncRequests requests;
  private final SnapshotHolds holds;
  private final ReplicationLag lag;
  private final Clock clock;
  private final ReplicationObserver observer;
  private final Runnable wake;
  private final BooleanSupplier closing;
  private final Checkpoints checkpoints;
  private final Failures failures;
  private final DatabaseLooks looks;
  private final IndexBeginnings beginnings = new IndexBeginnings();

  private volatile @Nullable ShadowView view;
  private volatile @Nullable Abandoned abandoned;

  /**
   * @param uploaders those of the database, which may still be added to
   * @param threads keep time
   * @param wake has a step begin as soon as a thread is free
   * @param closing whether no checkpoint is to be begun any more
   */
  DatabaseSteps(
      DatabaseOptions options,
      DatabaseHandle handle,
      List<ReplicaUploader> uploaders,
      SyncRequests requests,
      SnapshotHolds holds,
      ReplicationLag lag,
      EngineThreads threads,
      DirectoryWatch watch,
      Clock clock,
      ReplicationObserver observer,
      Runnable wake,
      BooleanSupplier closing) {
    this.options = options;
    this.handle = handle;
    this.uploaders = uploaders;
    this.requests = requests;
    this.holds = holds;
    this.lag = lag;
    this.clock = clock;
    this.observer = observer;
    this.wake = wake;
    this.closing = closing;
    this.checkpoints = new Checkpoints(options, observer);
    this.failures =
        new Failures(
            "sync failed",
            new Backoff(
                options.monitorInterval(),
                LONGEST_PAUSE,
                () -> ThreadLocalRandom.current().nextDouble()),
            this::line);
    this.looks =
        new DatabaseLooks(
            handle,
            checkpoints,
            failures,
            lag,
            uploaders,
            watch,
            threads.clock(),
            clock,
            options.monitorInterval(),
            wake);
  }

  private LoggingEventBuilder line(Level level) {
    return log.atLevel(level).addKeyValue("db", options.path());
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

  /** Why the last step failed; empty if it did not. */
  Optional<String> error() {
    return failures.error();
  }

  private record Abandoned(Generation generation, Reason reason) {}

  /** Begins a new generation with the next step, unless this one is over already. */
  void abandonGeneration(Generation generation, Reason reason) {
    abandoned = new Abandoned(generation, reason);
    wake.run();
  }

  /** See {@link DatabaseReplicator#endIndex}. */
  void endIndex(int index) {
    checkpoints.endIndex(index);
    wake.run();
  }

  /** Does one step. */
  void step() {
    long began = System.nanoTime();
    Instant looked = clock.instant();
    long serving = requests.open();
    try {
      if (!handle.open()) {
        lag.lookedAt(looked);
        // There is no database, so nothing is missing from its replicas.
        requests.serve(serving, null);
        looks.inInterval();
        return;
      }
      DatabaseSync open = handle.current();
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
      SyncOutcome outcome = copy(open, serving);
      if (!outcome.more()) {
        lag.lookedAt(looked);
      }
      checkpoint(open, outcome.more());
      removeUnneeded(open);
      recovered();
      long elapsed = System.nanoTime() - began;
      observer.onSync(options.path(), handle.takeCopied(open), Duration.ofNanos(elapsed), false);
      if (outcome.more() || abandoned != null) {
        wake.run();
      } else {
        looks.afterStep(outcome, elapsed);
      }
    } catch (IOException | RuntimeException e) {
      observer.onSync(options.path(), 0, Duration.ofNanos(System.nanoTime() - began), true);
      failed(e);
    }
  }

  private SyncOutcome copy(DatabaseSync open, long serving) throws IOException {
    looks.see(open);
    SyncOutcome outcome;
    if (serving > 0 || holds.isRequested()) {
      open.syncToPresentEnd();
      outcome = new SyncOutcome(1, 0, false);
    } else {
      outcome = open.sync(ROUND_BYTES);
    }
    publish(open);
    ShadowView now = view;
    if (now != null) {
      if (!outcome.more()) {
        holds.grant(open, now.end(), () -> handle.current() == open);
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
    if (checkpoints.run(open, view, behind, !holds.isHeld() && !closing.getAsBoolean())) {
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
    line(Level.INFO).log("database was deleted or replaced; waiting for it to be there again");
    view = null;
    handle.letGo();
    beginnings.lost();
    open.close();
    looks.in(0);
  }

  private void recovered() {
    if (failures.ended()) {
      line(Level.INFO).log("sync works again");
    }
  }

  private void failed(Exception e) {
    Duration pause = failures.failed(e);
    holds.refuse("no snapshot while syncs fail: " + Failures.reason(e));
    requests.progressed();
    looks.in(pause.toNanos());
  }

  /** No further step is asked for by the clock. May be called by any thread. */
  void stop() {
    looks.stop();
  }

  /** Closes the database; for the last step of all. */
  void release() throws IOException {
    DatabaseSync open = handle.letGo();
    view = null;
    if (open != null) {
      looks.disarm(open);
      open.close();
    }
  }
}
