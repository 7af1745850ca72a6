package io.litestream.core.engine;

import io.litestream.core.ReplicaOptions;
import io.litestream.core.ReplicationObserver;
import io.litestream.core.ReplicationObserver.Upload;
import io.litestream.core.position.Position;
import io.litestream.core.replica.SnapshotInfo;
import io.litestream.spi.ReplicaStore;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Makes snapshots visible in one replica, only after the segments that repair them: what is in the
 * database file may be half a transaction, the rest of which is in the WAL. The first snapshot of a
 * generation is copied here, and segments wait for it; later ones are copied by {@link
 * SnapshotSchedule} while segments go on.
 *
 * <p>If the process dies before the commit, the generation has segments without a snapshot, which
 * nobody restores from, and the next start uploads one.
 *
 * <p>Used by the thread that uploads, unless said otherwise.
 */
final class SnapshotCommits {

  /** For ever: there is nothing else to do in a generation without a snapshot. */
  private static final Duration HOLD_PATIENCE = Duration.ofNanos(Long.MAX_VALUE);

  private final DatabaseReplicator database;
  private final ReplicaOptions options;
  private final ReplicaStore store;
  private final ReplicaPlace place;
  private final SegmentUploads segments;
  private final ReplicaUpkeep upkeep;
  private final WritePermission permission;
  private final Clock wallClock;
  private final ReplicationObserver observer;
  private final Function<Level, LoggingEventBuilder> log;
  private final BooleanSupplier stopped;

  /** Copied by others, and waiting for its segments. */
  private final AtomicReference<@Nullable SnapshotUpload> prepared = new AtomicReference<>();

  /**
   * @param place of {@code segments}
   * @param upkeep is told of snapshots that became visible, or were given up
   * @param log begins a line that names database and replica
   * @param stopped whether nothing is to be begun any more
   */
  SnapshotCommits(
      DatabaseReplicator database,
      ReplicaOptions options,
      ReplicaStore store,
      ReplicaPlace place,
      SegmentUploads segments,
      ReplicaUpkeep upkeep,
      WritePermission permission,
      Clock wallClock,
      ReplicationObserver observer,
      Function<Level, LoggingEventBuilder> log,
      BooleanSupplier stopped) {
    this.database = database;
    this.options = options;
    this.store = store;
    this.place = place;
    this.segments = segments;
    this.upkeep = upkeep;
    this.permission = permission;
    this.wallClock = wallClock;
    this.observer = observer;
    this.log = log;
    this.stopped = stopped;
  }

  /** Writes the snapshot that the generation needs, and the segments that complete it. */
  void writeFirst() throws IOException, InterruptedException {
    try (SnapshotUpload snapshot =
        SnapshotUpload.copy(
            database.holdForSnapshot(HOLD_PATIENCE), store, options.age(), stopped)) {
      Position covered = snapshot.covered();
      Position at = place.position().orElse(null);
      if (at == null || !at.generation().equals(covered.generation())) {
        return; // a new generation has begun; its own snapshot comes next
      }
      segments.uploadTo(covered);
      if (stopped.getAsBoolean() || !database.isCurrent(covered.generation())) {
        return;
      }
      commit(snapshot);
      place.snapshotWritten();
    }
  }

  private void commit(SnapshotUpload snapshot) throws IOException {
    permission.require();
    snapshot.commit();
    Position covered = snapshot.covered();
    Duration elapsed = snapshot.elapsed();
    observer.onUpload(database.database(), options, Upload.SNAPSHOT, snapshot.size(), elapsed);
    log.apply(Level.INFO)
        .addKeyValue("position", covered.at(0))
        .addKeyValue("elapsed", elapsed)
        .addKeyValue("sz", snapshot.size())
        .log("snapshot written");
    upkeep.snapshotWritten(
        new SnapshotInfo(covered.generation(), covered.index(), 0, wallClock.instant()), covered);
  }

  /** See {@link ReplicaUploader#commitOnceHeld}. May be called by any thread. */
  void prepare(SnapshotUpload snapshot) {
    prepared.set(snapshot);
    if (stopped.getAsBoolean()) {
      giveUpPrepared(null);
    }
  }

  /** Commits what was prepared, if the replica holds what it needs. */
  void commitPrepared() {
    SnapshotUpload snapshot = prepared.get();
    if (snapshot == null) {
      return;
    }
    if (!database.isCurrent(snapshot.covered().generation())) {
      giveUpPrepared(null);
    } else if (place.holds(snapshot.covered()) && prepared.compareAndSet(snapshot, null)) {
      try (snapshot) {
        commit(snapshot);
      } catch (IOException | RuntimeException e) {
        upkeep.snapshotGivenUp(e);
      }
    }
  }

  /**
   * Lets go of what was prepared. May be called by any thread.
   *
   * @param reason null if there is no need of it any more
   */
  void giveUpPrepared(@Nullable Exception reason) {
    SnapshotUpload snapshot = prepared.getAndSet(null);
    if (snapshot == null) {
      return;
    }
    try (snapshot) {
      upkeep.snapshotGivenUp(reason);
    } catch (IOException e) {
      log.apply(Level.DEBUG).setCause(e).log("an unfinished snapshot could not be removed");
    }
  }
}
