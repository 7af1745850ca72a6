package io.litestream.core.engine;

import io.litestream.core.ReplicaOptions;
import io.litestream.core.position.Generation;
import io.litestream.core.position.Position;
import io.litestream.core.replica.ReplicaReader;
import io.litestream.core.replica.SegmentInfo;
import io.litestream.core.replica.SnapshotInfo;
import io.litestream.core.retention.KnownGeneration;
import io.litestream.core.sync.ShadowView;
import io.litestream.core.sync.SyncDecision.Reason;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * How far one replica got. Looked up in the replica once for each generation: a listing of the last
 * segments, and the last one itself; from then on, uploads say how far they are. Whether there is a
 * snapshot before that last segment is asked once what is left has been uploaded, and counts as no
 * until then. Changed by the thread that uploads, read by any.
 */
final class ReplicaPlace {

  private final DatabaseReplicator database;
  private final ReplicaOptions options;
  private final ReplicaReader reader;
  private final Consumer<KnownGeneration> onFound;
  private final Function<Level, LoggingEventBuilder> log;

  /** Of the generation in which {@code position} is; of encrypted replicas alone. */
  private @Nullable UploadRecord record;

  private volatile boolean snapshotNeeded;

  /** The last segment that was found, until it is known whether there is a snapshot before it. */
  private @Nullable SegmentInfo continued;

  private volatile @Nullable Position position;

  /** Up to where the database can be restored; behind {@code position} without a snapshot. */
  private volatile @Nullable Position held;

  /**
   * @param onFound is told what there is of the generation that is continued
   * @param log begins a line that names database and replica
   */
  ReplicaPlace(
      DatabaseReplicator database,
      ReplicaOptions options,
      ReplicaReader reader,
      Consumer<KnownGeneration> onFound,
      Function<Level, LoggingEventBuilder> log) {
    this.database = database;
    this.options = options;
    this.reader = reader;
    this.onFound = onFound;
    this.log = log;
  }

  /** The end of what has been uploaded, if it is known. */
  Optional<Position> position() {
    return Optional.ofNullable(position);
  }

  /** Whether the replica holds everything up to there. */
  boolean holds(Position target) {
    Position reached = position;
    return reached != null && !snapshotNeeded && reached.covers(target);
  }

  /** Up to where the database can be restored from the replica, as far as is known. */
  @Nullable Position held() {
    return held;
  }

  /** The position, once its place is found and the generation has a snapshot. */
  Optional<Position> settled() {
    Position at = position;
    return at != null && !snapshotNeeded && database.isCurrent(at.generation())
        ? Optional.of(at)
        : Optional.empty();
  }

  /** What has been sent, for a replica that is encrypted. */
  Optional<UploadRecord> record() {
    return Optional.ofNullable(record);
  }

  /** Has the place looked up again: somebody else may have written to the replica. */
  void forget() {
    position = null;
  }

  /** Everything up to there has been uploaded. */
  void advance(Position to) {
    position = to;
    if (!snapshotNeeded) {
      held = to;
    }
  }

  /** Whether the generation has no snapshot there, as far as is known. */
  boolean needsSnapshot() {
    return snapshotNeeded;
  }

  /** A snapshot of the generation has become visible, and all that it needs has been uploaded. */
  void snapshotWritten() {
    snapshotNeeded = false;
    held = position;
  }

  /**
   * Looks the place up, unless it is known already for this generation.
   *
   * @return false if it cannot be shown that what we have continues what the replica has, and a new
   *     generation was asked for
   */
  boolean find(ShadowView view) throws IOException {
    Position at = position;
    if (at == null || !at.generation().equals(view.generation())) {
      at = locate(view);
      if (at == null) {
        return false;
      }
      advance(at);
      log.apply(Level.INFO).addKeyValue("position", at).log("replication continues");
    }
    return true;
  }

  /** Finds out how far the replica got; null if a new generation was asked for. */
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

  /** Whether a segment was found, and not yet asked for a snapshot before it. */
  boolean continues() {
    return continued != null;
  }

  /** Asks whether there is a snapshot before the last segment that was found. */
  void findSnapshot(ShadowView view) throws IOException {
    snapshotNeeded = !hasSnapshot(view, Optional.ofNullable(continued));
    continued = null;
    Position at = position;
    if (at != null) {
      advance(at);
    }
  }

  /** Also tells what was found, so that it is listed only once. */
  private boolean hasSnapshot(ShadowView view, Optional<SegmentInfo> last) throws IOException {
    List<SnapshotInfo> snapshots = reader.snapshots(view.generation());
    onFound.accept(new KnownGeneration(view.generation(), snapshots, last));
    return !snapshots.isEmpty();
  }
}
