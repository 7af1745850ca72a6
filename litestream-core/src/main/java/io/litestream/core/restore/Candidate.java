package io.litestream.core.restore;

import static java.util.Comparator.naturalOrder;
import static java.util.Objects.requireNonNull;

import io.litestream.core.position.Generation;
import io.litestream.core.replica.ReplicaReader;
import io.litestream.core.replica.SegmentInfo;
import io.litestream.core.replica.SnapshotInfo;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One generation in one replica, as listed.
 *
 * @param snapshots at least one, sorted by index
 * @param segments sorted by position, complete from the index of the snapshot on that {@link
 *     #base(List, RestoreRequest)} chooses, or the newest one if it chooses none
 */
record Candidate(ReplicaReader replica, List<SnapshotInfo> snapshots, List<SegmentInfo> segments) {

  Candidate {
    requireNonNull(replica, "replica");
    snapshots = List.copyOf(snapshots);
    segments = List.copyOf(segments);
    if (snapshots.isEmpty()) {
      throw new IllegalArgumentException("a generation without a snapshot cannot be restored");
    }
  }

  /** The snapshot to begin with: the newest one that is not after the asked-for point. */
  static Optional<SnapshotInfo> base(List<SnapshotInfo> snapshots, RestoreRequest request) {
    Optional<SnapshotInfo> base = Optional.empty();
    for (SnapshotInfo snapshot : snapshots) {
      boolean late =
          request.timestamp().filter(snapshot.createdAt()::isAfter).isPresent()
              || (request.index().isPresent() && snapshot.index() > request.index().getAsInt());
      if (!late) {
        base = Optional.of(snapshot);
      }
    }
    return base;
  }

  Optional<SnapshotInfo> base(RestoreRequest request) {
    return base(snapshots, request);
  }

  Generation generation() {
    return snapshots.get(0).generation();
  }

  /** When the newest object was written. */
  Instant updatedAt() {
    return Stream.concat(
            snapshots.stream().map(SnapshotInfo::createdAt),
            segments.stream().map(SegmentInfo::createdAt))
        .max(naturalOrder())
        .orElseThrow();
  }

  /** When the oldest snapshot was written: nothing before can be restored. */
  Instant startsAt() {
    return snapshots.stream().map(SnapshotInfo::createdAt).min(naturalOrder()).orElseThrow();
  }

  /** The last index that anything is known of. */
  int lastIndex() {
    int snapshot = snapshots.get(snapshots.size() - 1).index();
    return segments.isEmpty()
        ? snapshot
        : Math.max(snapshot, segments.get(segments.size() - 1).start().index());
  }

  /** Where the last segment begins. */
  long lastOffset() {
    return segments.isEmpty() ? -1 : segments.get(segments.size() - 1).start().offset();
  }
}
