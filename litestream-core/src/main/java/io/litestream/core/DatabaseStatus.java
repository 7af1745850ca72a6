package io.litestream.core;

import io.litestream.core.position.Position;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Where the replication of one database stands.
 *
 * @param database its path
 * @param position the end of what has been copied from its WAL; empty before the first copy
 * @param error why copying does not go on, if it does not
 * @param replicas one for each replica, in the order of the options
 */
public record DatabaseStatus(
    Path database, Optional<Position> position, Optional<String> error, List<Replica> replicas) {

  public DatabaseStatus {
    replicas = List.copyOf(replicas);
  }

  /**
   * Where one replica stands.
   *
   * @param position the end of what is safe in the replica; empty until its place was found
   * @param lagBytes WAL bytes that were copied and are not in the replica yet
   * @param lastSync when the replica was last known to hold everything that had been copied; empty
   *     if that was never so since the start
   * @param error why the last upload failed, if it did
   */
  public record Replica(
      String name,
      Optional<Position> position,
      long lagBytes,
      Optional<Instant> lastSync,
      Optional<String> error) {}
}
