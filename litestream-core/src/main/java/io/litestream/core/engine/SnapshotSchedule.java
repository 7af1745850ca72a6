package io.litestream.core.engine;

import io.litestream.core.ReplicaOptions;
import io.litestream.core.age.AgeKeys;
import io.litestream.core.position.Position;
import io.litestream.core.replica.SnapshotInfo;
import io.litestream.core.retention.KnownReplica;
import io.litestream.core.sync.ShadowView;
import io.litestream.spi.ReplicaStore;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Takes snapshots of the current generation when they are due: when the newest is as old as the
 * snapshot interval, or as the window, and something has been written since. The upload goes on
 * meanwhile; it makes the snapshot visible. Used by one thread at a time, unless said otherwise.
 */
final class SnapshotSchedule {

  /** When to look again whether what a snapshot waits for has come true. */
  private static final Duration SOON = Duration.ofMillis(250);

  /** When to look again whether a database has changed of which a snapshot is due. */
  private static final Duration IDLE = Duration.ofSeconds(10);

  private static final Duration HOLD_PATIENCE = Duration.ofSeconds(30);

  private final DatabaseReplicator database;
  private final ReplicaUploader uploader;
  private final ReplicaStore store;
  private final AgeKeys keys;
  private final KnownReplica known;
  private final Optional<Duration> interval;
  private final BooleanSupplier stopped;
  private @Nullable Position covered;
  private int askedToEnd = -1;
  private boolean due;
  private volatile boolean underWay;

  SnapshotSchedule(
      DatabaseReplicator database,
      ReplicaUploader uploader,
      ReplicaStore store,
      KnownReplica known,
      ReplicaOptions replica,
      BooleanSupplier stopped) {
    this.database = database;
    this.uploader = uploader;
    this.store = store;
    this.keys = replica.age();
    this.known = known;
    this.interval =
        Stream.concat(
                replica.retention().snapshotInterval().stream(),
                replica.retention().rules().window().stream())
            .min(Duration::compareTo);
    this.stopped = stopped;
  }

  /** Says what the newest snapshot covers: until more is written, there is no need of another. */
  void covers(Position end) {
    covered = end;
  }

  /** Whether a snapshot is wanted, or under way, that has not become visible yet. */
  boolean isDue() {
    return due;
  }

  /** A snapshot that was begun has become visible, or was given up. May be called by any thread. */
  void ended() {
    underWay = false;
  }

  /**
   * Takes a snapshot if one is due.
   *
   * @return when to look again; empty: when that snapshot has ended
   */
  Optional<Duration> run(Position at, Instant now) throws IOException, InterruptedException {
    Optional<SnapshotInfo> newest = known.newest(at.generation());
    if (underWay) {
      return Optional.empty();
    }
    due = false;
    if (interval.isEmpty() || newest.isEmpty()) {
      return Optional.empty();
    }
    Duration left = Duration.between(now, newest.get().createdAt().plus(interval.get()));
    if (!left.isNegative() && !left.isZero()) {
      return Optional.of(left);
    }
    ShadowView view = database.view();
    if (view == null || view.end().equals(covered)) {
      return Optional.of(idle());
    }
    due = true;
    if (view.index() == newest.get().index()) {
      // A second snapshot of one index would replace the first, and with it what can be restored
      // from the time between the two. So the next index has to begin before.
      boolean asked = askedToEnd == view.index();
      askedToEnd = view.index();
      database.endIndex(askedToEnd);
      return Optional.of(asked ? idle() : SOON);
    }
    return begin(at, newest.get().index()) ? Optional.empty() : Optional.of(SOON);
  }

  private Duration idle() {
    return interval.filter(each -> each.compareTo(IDLE) < 0).orElse(IDLE);
  }

  private boolean begin(Position at, int after) throws IOException, InterruptedException {
    SnapshotHold hold = database.holdForSnapshot(HOLD_PATIENCE);
    Position end = hold.covered();
    if (!end.generation().equals(at.generation()) || end.index() <= after) {
      hold.close();
      return false;
    }
    underWay = true;
    try {
      uploader.commitOnceHeld(SnapshotUpload.copy(hold, store, keys, stopped));
      return true;
    } catch (IOException | RuntimeException e) {
      underWay = false;
      throw e;
    }
  }
}
