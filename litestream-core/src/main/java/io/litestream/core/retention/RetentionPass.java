package io.litestream.core.retention;

import io.litestream.core.position.Generation;
import io.litestream.core.replica.SegmentInfo;
import io.litestream.core.replica.SnapshotInfo;
import io.litestream.spi.DeleteReport.Failure;
import io.litestream.spi.ReplicaStore;
import java.io.IOException;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Deletes from one replica what a {@link RetentionPlan} says, in the order that the package
 * description gives. Remembers of which indexes everything is gone, so that they are not listed
 * again. Used by one thread.
 */
public final class RetentionPass {

  /** As many as the stores take in one request. */
  private static final int BATCH = 1000;

  /** So many failures are remembered; the rest is found again when some of these are solved. */
  public static final int MOST_FAILURES = 10_000;

  private final KnownReplica known;
  private final ReplicaStore store;
  private final RetentionRules rules;
  private final Deletion deletion;
  private final Map<Generation, IndexRanges> cleared = new HashMap<>();

  /**
   * @param known what is in the store; kept up to date
   * @param verify whether to list after each delete whether the objects are gone
   */
  public RetentionPass(
      KnownReplica known, ReplicaStore store, RetentionRules rules, boolean verify) {
    this.known = known;
    this.store = store;
    this.rules = rules;
    this.deletion = new Deletion(store, verify);
  }

  /**
   * What may go.
   *
   * @param current the generation that is being written, if it is known
   */
  public RetentionPlan plan(Optional<Generation> current, Instant now) {
    return RetentionPlan.compute(known.generations(), current, now, rules);
  }

  /** How many segments a plan would delete of a generation, and their bytes; lists them. */
  public DeleteResult preview(RetentionPlan.Part part) throws IOException {
    int segments = 0;
    long bytes = part.deleted().stream().mapToLong(SnapshotInfo::size).sum();
    for (SegmentWalk walk = new SegmentWalk(store, part.generation(), left(part));
        walk.hasNext(); ) {
      for (SegmentInfo segment : walk.next()) {
        segments++;
        bytes += segment.size();
      }
    }
    return new DeleteResult(part.deleted().size(), segments, bytes, List.of(), true);
  }

  private IndexRanges left(RetentionPlan.Part part) {
    return part.unneeded().minus(cleared.getOrDefault(part.generation(), IndexRanges.NONE));
  }

  private List<RetentionPlan.Part> due(RetentionPlan plan, Set<String> spared) {
    return plan.parts().stream().filter(part -> isDue(part, spared)).toList();
  }

  private boolean isDue(RetentionPlan.Part part, Set<String> spared) {
    return part.deleted().stream().anyMatch(snapshot -> !spared.contains(snapshot.key()))
        || !left(part.keeping(spared)).isEmpty();
  }

  /**
   * Plans, and deletes. Sends no request if nothing may go. Before anything is deleted, the
   * snapshots of the generations concerned are looked at again, so that nothing is deleted for the
   * sake of one that is not there any more; and the ends of old generations, in case somebody else
   * is still writing one. Goes on after failures, until the store refuses a whole page of segments:
   * then it will refuse the next one too, and asking costs money.
   *
   * @param current the generation that is being written, if it is known
   * @param spared keys that are not tried, since they have failed before
   * @throws IOException if a listing failed; what was deleted by then is gone, and the next pass
   *     finds the rest
   */
  public DeleteResult run(Optional<Generation> current, Instant now, Set<String> spared)
      throws IOException {
    List<RetentionPlan.Part> due = due(plan(current, now), spared);
    if (due.isEmpty()) {
      return DeleteResult.NOTHING;
    }
    if (current.isPresent()) {
      known.refresh(current.get());
    }
    for (RetentionPlan.Part part : due) {
      if (current.filter(part.generation()::equals).isEmpty()) {
        known.refreshToEnd(part.generation());
      }
    }
    return carryOut(plan(current, now), spared);
  }

  private DeleteResult carryOut(RetentionPlan plan, Set<String> spared) throws IOException {
    List<SnapshotInfo> snapshots =
        plan.parts().stream()
            .flatMap(part -> part.deleted().stream())
            .filter(snapshot -> !spared.contains(snapshot.key()))
            .toList();
    DeleteResult result = DeleteResult.NOTHING;
    Set<String> staying = new HashSet<>(spared);
    for (int from = 0; from < snapshots.size(); from += BATCH) {
      List<SnapshotInfo> batch = snapshots.subList(from, Math.min(from + BATCH, snapshots.size()));
      Set<String> gone = batch.stream().map(SnapshotInfo::key).collect(Collectors.toSet());
      List<Failure> failed = deletion.delete(batch.stream().map(SnapshotInfo::key).toList());
      gone.removeAll(keys(failed));
      known.remove(gone);
      staying.addAll(keys(failed));
      long bytes =
          batch.stream()
              .filter(snapshot -> gone.contains(snapshot.key()))
              .mapToLong(SnapshotInfo::size)
              .sum();
      result = result.and(new DeleteResult(gone.size(), 0, bytes, failed, true));
    }
    for (RetentionPlan.Part part : plan.parts()) {
      RetentionPlan.Part rest = part.keeping(staying);
      result = result.and(deleteSegments(rest, spared));
      if (!result.finished()) {
        return result;
      }
      if (rest.isWhole()) {
        known.remove(part.generation());
      }
    }
    return result;
  }

  private static Set<String> keys(List<Failure> failed) {
    return failed.stream().map(Failure::key).collect(Collectors.toSet());
  }

  private DeleteResult deleteSegments(RetentionPlan.Part part, Set<String> spared)
      throws IOException {
    DeleteResult result = DeleteResult.NOTHING;
    SegmentWalk walk = new SegmentWalk(store, part.generation(), left(part));
    while (walk.hasNext() && result.finished()) {
      List<SegmentInfo> page =
          walk.next().stream().filter(segment -> !spared.contains(segment.key())).toList();
      if (!page.isEmpty()) {
        result = result.and(deletePage(page));
        result = result.failed().size() < MOST_FAILURES ? result : result.unfinished();
      }
      // What is left of these is known by its keys.
      cleared.merge(part.generation(), part.unneeded().minus(walk.remaining()), IndexRanges::plus);
    }
    return result;
  }

  private DeleteResult deletePage(List<SegmentInfo> page) throws IOException {
    List<Failure> failed = deletion.delete(page.stream().map(SegmentInfo::key).toList());
    Set<String> there = keys(failed);
    long bytes =
        page.stream()
            .filter(segment -> !there.contains(segment.key()))
            .mapToLong(SegmentInfo::size)
            .sum();
    int deleted = page.size() - failed.size();
    return new DeleteResult(0, deleted, bytes, failed, deleted > 0);
  }

  /**
   * Tries to delete again what could not be deleted; no listing is needed for that. What is not
   * tried, because others were refused just before, stays as it was.
   */
  public DeleteResult retry(Collection<Failure> failures) throws IOException {
    DeleteResult result = DeleteResult.NOTHING;
    List<Failure> all = List.copyOf(failures);
    for (int from = 0; from < all.size(); from += BATCH) {
      List<Failure> batch = all.subList(from, Math.min(from + BATCH, all.size()));
      List<String> tried = batch.stream().map(Failure::key).toList();
      List<Failure> failed = result.finished() ? deletion.delete(tried) : batch;
      Set<String> gone = new HashSet<>(tried);
      gone.removeAll(keys(failed));
      known.remove(gone);
      int snapshots = (int) gone.stream().filter(key -> key.contains("/snapshots/")).count();
      int segments = gone.size() - snapshots;
      result = result.and(new DeleteResult(snapshots, segments, 0, failed, !gone.isEmpty()));
    }
    return result;
  }
}
