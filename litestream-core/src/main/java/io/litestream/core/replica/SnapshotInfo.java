package io.litestream.core.replica;

import static java.util.Objects.requireNonNull;

import io.litestream.core.layout.ReplicaLayout;
import io.litestream.core.position.Generation;
import java.time.Instant;

/**
 * One snapshot in a replica.
 *
 * @param index the WAL that continues it, from that WAL's beginning
 * @param size bytes in the replica, compressed
 * @param createdAt when its upload was finished, by the store's clock
 */
public record SnapshotInfo(Generation generation, int index, long size, Instant createdAt) {

  public SnapshotInfo {
    requireNonNull(generation, "generation");
    requireNonNull(createdAt, "createdAt");
  }

  /** The object's key in the replica. */
  public String key() {
    return ReplicaLayout.snapshotKey(generation, index);
  }
}
