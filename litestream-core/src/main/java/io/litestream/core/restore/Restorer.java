package io.litestream.core.restore;

import static java.util.stream.Collectors.joining;

import io.litestream.core.position.Generation;
import io.litestream.core.position.Position;
import io.litestream.core.replica.ReplicaReader;
import io.litestream.core.replica.SegmentInfo;
import io.litestream.core.replica.SnapshotInfo;
import io.litestream.core.restore.Replay.Limit;
import io.litestream.core.restore.RestoreException.Kind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Restores a database from a replica. Either the finished, verified database is at its path
 * afterwards, or an exception tells why not and nothing is there that was not there before.
 */
public final class Restorer {

  private Restorer() {}

  /**
   * Lists and decides; reads no object, writes nothing.
   *
   * @param replicas in the user's order, which decides between equals
   * @throws RestoreException if there is nothing to restore, or not what was asked for, or it is
   *     plain from the listing that objects are missing, or the target is in the way
   * @throws io.litestream.spi.ReplicaException if one of the replicas cannot be listed: which one
   *     is the newest can then not be told; ask for another one alone
   */
  public static RestorePlan plan(List<ReplicaReader> replicas, RestoreRequest request)
      throws IOException {
    Target.requireAbsent(request.output());
    List<Candidate> candidates = new ArrayList<>();
    List<Generation> bare = new ArrayList<>();
    for (ReplicaReader replica : replicas) {
      List<Generation> generations =
          request.generation().isPresent()
              ? List.of(request.generation().get())
              : replica.generations();
      for (Generation generation : generations) {
        List<SnapshotInfo> snapshots = replica.snapshots(generation);
        if (snapshots.isEmpty()) {
          bare.add(generation);
          continue;
        }
        // A generation that does not reach back to an asked-for index may still be the newest.
        int from =
            Candidate.base(snapshots, request).orElse(snapshots.get(snapshots.size() - 1)).index();
        List<SegmentInfo> segments = replica.segmentsFrom(generation, from);
        candidates.add(new Candidate(replica, snapshots, segments));
      }
    }
    if (candidates.isEmpty()) {
      throw nothing(replicas, request, bare);
    }
    return RestorePlan.compute(candidates, request);
  }

  private static RestoreException nothing(
      List<ReplicaReader> replicas, RestoreRequest request, List<Generation> bare)
      throws IOException {
    String where = replicas.stream().map(ReplicaReader::toString).collect(joining(", "));
    if (request.generation().isPresent()) {
      List<Generation> others = new ArrayList<>();
      for (ReplicaReader replica : replicas) {
        others.addAll(replica.generations());
      }
      if (!others.isEmpty()) {
        return new RestoreException(
            Kind.NOT_RESTORABLE,
            "generation %s has no snapshot in %s; there are: %s"
                .formatted(
                    request.generation().get(),
                    where,
                    others.stream().distinct().map(Generation::name).collect(joining(", "))));
      }
    }
    return new RestoreException(
        Kind.NO_REPLICA_DATA,
        bare.isEmpty() || request.generation().isPresent()
            ? "nothing to restore: there is no snapshot in " + where
            : "nothing to restore: no snapshot in %s yet (generation %s has WAL only)"
                .formatted(where, bare.get(0)));
  }

  /**
   * Carries out a plan. Uses up to {@link RestoreRequest#parallelism()} threads, all of which have
   * ended when it returns, and a bounded amount of memory whatever the database's size.
   *
   * @param progress called by the calling thread
   * @throws RestoreException if objects are damaged or missing, or the target cannot be written
   * @throws io.litestream.spi.ReplicaException if the replica cannot be read
   * @throws InterruptedException if the calling thread was interrupted
   */
  public static RestoreResult restore(
      RestorePlan plan, RestoreRequest request, RestoreProgress progress)
      throws IOException, InterruptedException {
    return new Restoration(plan, request, progress, Optional.empty()).run();
  }

  /**
   * Restores the state at a position that the replica is known to hold, to compare it with what the
   * database was then.
   *
   * @param snapshot what to begin with; it was in the replica when the database was at the position
   * @param end the end of a commit
   * @param pages size of the database at the position, which later commits may have changed
   * @param request says where to and what to check; its choice of a state does not count
   * @throws RestoreException as {@link #restore}; {@code DAMAGED} also if the replica ends before
   * @throws io.litestream.spi.ReplicaException if the replica cannot be read
   * @throws InterruptedException if the calling thread was interrupted
   */
  public static RestoreResult restoreUpTo(
      ReplicaReader replica,
      SnapshotInfo snapshot,
      Position end,
      long pages,
      RestoreRequest request)
      throws IOException, InterruptedException {
    List<SegmentInfo> segments = replica.segmentsFrom(snapshot.generation(), snapshot.index());
    RestorePlan plan = RestorePlan.upTo(replica, snapshot, segments, end);
    Optional<Limit> limit = Optional.of(new Limit(end, pages));
    return new Restoration(plan, request, RestoreProgress.NONE, limit).run();
  }
}
