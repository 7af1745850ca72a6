package io.litestream.core;

import io.litestream.core.position.Position;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where the replication of one database stands.
 *
 * @param database its path
 * @param present whether the file was there when it was last looked for; if not, it is waited for
 * @param position the end of what has been copied from its WAL; empty before the first copy
 * @param error why copying does not go on, if it does not
 * @param replicas one for each replica, in the order of the options
 */
public record DatabaseStatus(
    Path database,
    boolean present,
    Optional<Position> position,
    Optional<String> error,
    List<Replica> replicas) {

  public DatabaseStatus {
    replicas = List.copyOf(replicas);
  }

  /**
   * Where one replica stands.
   *
   * @param position the end of what is safe in the replica; empty until its place was found
   * @param lag how long ago something was committed, as far as that was noticed, that cannot be
   *     restored from the replica yet; while the database cannot be read, at least how long. Zero
   *     if there is nothing
   * @param lagBytes WAL bytes that were copied and are not in the replica yet
   * @param lastSync when the replica was last known to hold everything that had been committed;
   *     empty if that was never so since the start
   * @param error why the last upload failed, if it did
   * @param retryAt when it is tried again
   * @param retention where snapshots and deletes stand
   * @param drill how the last restore drill went
   * @param lease who may write, if there is a lease
   */
  public record Replica(
      String name,
      Optional<Position> position,
      Duration lag,
      long lagBytes,
      Optional<Instant> lastSync,
      Optional<String> error,
      Optional<Instant> retryAt,
      Retention retention,
      Drill drill,
      Optional<Lease> lease) {}

  /**
   * How the last restore drill of one replica went, in this process or one before it.
   *
   * @param last when it ended; empty if there was none
   * @param elapsed how long it took
   * @param error why it failed, if it did
   * @param next when the next one is due; empty if there is to be none
   */
  public record Drill(
      Optional<Instant> last, Duration elapsed, Optional<String> error, Optional<Instant> next) {

    /** None, and none to come. */
    public static final Drill NONE =
        new Drill(Optional.empty(), Duration.ZERO, Optional.empty(), Optional.empty());
  }

  /**
   * Who may write to a replica.
   *
   * @param held whether this process may
   * @param epoch of the lease, as far as is known; 0 if nothing is
   * @param holder host and process of the other one, if one is known
   */
  public record Lease(boolean held, long epoch, Optional<String> holder) {}

  /**
   * Where the snapshots and deletes of one replica stand.
   *
   * @param lastSnapshot when the newest snapshot of the current generation was written; empty until
   *     that is known
   * @param lastPass when it was last looked, with success, for what need not be kept
   * @param error why the last snapshot, listing or delete failed, if it did
   * @param failedDeletes how many objects could not be deleted and are still there
   * @param failedCodes the store's codes, with the number of objects that it refused with each
   */
  public record Retention(
      Optional<Instant> lastSnapshot,
      Optional<Instant> lastPass,
      Optional<String> error,
      int failedDeletes,
      Map<String, Integer> failedCodes) {

    public Retention {
      failedCodes = Map.copyOf(failedCodes);
    }
  }
}
