package io.litestream.core.replica;

import static java.util.Objects.requireNonNull;

import io.litestream.core.layout.ReplicaLayout;
import io.litestream.core.position.Generation;
import io.litestream.core.position.Position;
import io.litestream.spi.ObjectInfo;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;

/**
 * One segment of WAL in a replica.
 *
 * @param start where its first byte stands in the WAL
 * @param size bytes in the replica, compressed
 * @param createdAt when its upload was finished, by the store's clock
 */
public record SegmentInfo(Position start, long size, Instant createdAt) {

  /** By index, then offset, as numbers; for segments of one generation. */
  static final Comparator<SegmentInfo> BY_POSITION =
      Comparator.comparingInt((SegmentInfo s) -> s.start().index())
          .thenComparingLong(s -> s.start().offset());

  public SegmentInfo {
    requireNonNull(start, "start");
    requireNonNull(createdAt, "createdAt");
  }

  /** What an object of the replica is, if it is a segment of that generation. */
  public static Optional<SegmentInfo> of(Generation generation, ObjectInfo object) {
    return ReplicaLayout.parseSegment(generation, object.key())
        .map(start -> new SegmentInfo(start, object.size(), object.lastModified()));
  }

  /** The object's key in the replica. */
  public String key() {
    return ReplicaLayout.segmentKey(start);
  }
}
