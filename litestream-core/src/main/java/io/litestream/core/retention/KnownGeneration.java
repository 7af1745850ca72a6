package io.litestream.core.retention;

import static java.util.Comparator.comparingInt;
import static java.util.Comparator.naturalOrder;
import static java.util.Objects.requireNonNull;

import io.litestream.core.position.Generation;
import io.litestream.core.replica.SegmentInfo;
import io.litestream.core.replica.SnapshotInfo;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What retention needs to know of one generation in a replica.
 *
 * @param snapshots sorted by index
 * @param lastSegment the one that was written last, of those that are known; empty if none is
 */
public record KnownGeneration(
    Generation generation, List<SnapshotInfo> snapshots, Optional<SegmentInfo> lastSegment) {

  public KnownGeneration {
    requireNonNull(generation, "generation");
    requireNonNull(lastSegment, "lastSegment");
    snapshots = snapshots.stream().sorted(comparingInt(SnapshotInfo::index)).toList();
  }

  /** When the newest object that is known was written. */
  Optional<Instant> updatedAt() {
    return Stream.concat(
            snapshots.stream().map(SnapshotInfo::createdAt),
            lastSegment.stream().map(SegmentInfo::createdAt))
        .max(naturalOrder());
  }

  /** The snapshot that a restore to that time begins with: the last one that is not after it. */
  Optional<SnapshotInfo> base(Instant time) {
    Optional<SnapshotInfo> base = Optional.empty();
    for (SnapshotInfo snapshot : snapshots) {
      if (!snapshot.createdAt().isAfter(time)) {
        base = Optional.of(snapshot);
      }
    }
    return base;
  }

  /** The snapshot of the highest index. */
  Optional<SnapshotInfo> newest() {
    return snapshots.isEmpty()
        ? Optional.empty()
        : Optional.of(snapshots.get(snapshots.size() - 1));
  }

  /** From which index on a segment may have been written since. */
  int lastIndex() {
    return lastSegment
        .map(segment -> segment.start().index())
        .orElse(newest().map(SnapshotInfo::index).orElse(0));
  }
}
