package io.litestream.core.restore;

import static java.util.Objects.requireNonNull;

import io.litestream.core.position.Generation;
import io.litestream.core.position.Position;
import io.litestream.core.replica.ReplicaReader;
import io.litestream.core.replica.SegmentInfo;
import io.litestream.core.replica.SnapshotInfo;
import io.litestream.core.restore.RestoreException.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which objects a restore reads, in which order. No index is missing between them and each index
 * begins at its beginning; whether they fit together in between shows when they are read.
 *
 * @param replica where they are
 * @param snapshot what the restore begins with
 * @param segments sorted by position; empty if there is nothing but the snapshot
 * @param followed whether WAL of a later index is known, so that the last index must end with a
 *     commit
 * @param nextIndex the first segment of the index after the last one, which tells how that ended;
 *     empty if it is not there, or if an index was asked for: then what is left of it is wanted
 * @param cut whether a timestamp leaves out segments of the last index
 * @param earlierSnapshot whether the generation has a snapshot before this one
 */
public record RestorePlan(
    ReplicaReader replica,
    SnapshotInfo snapshot,
    List<SegmentInfo> segments,
    boolean followed,
    Optional<SegmentInfo> nextIndex,
    boolean cut,
    boolean earlierSnapshot) {

  public RestorePlan {
    requireNonNull(replica, "replica");
    requireNonNull(snapshot, "snapshot");
    requireNonNull(nextIndex, "nextIndex");
    segments = List.copyOf(segments);
  }

  /** The generation that is restored. */
  public Generation generation() {
    return snapshot.generation();
  }

  /** The last WAL index that is applied, or whose beginning the bare snapshot stands for. */
  public int endIndex() {
    return segments.isEmpty()
        ? snapshot.index()
        : segments.get(segments.size() - 1).start().index();
  }

  /** How many WAL indexes are applied. */
  public int walIndexes() {
    return segments.isEmpty() ? 0 : endIndex() - snapshot.index() + 1;
  }

  /** Compressed bytes of all objects. */
  public long totalBytes() {
    return snapshot.size() + segments.stream().mapToLong(SegmentInfo::size).sum();
  }

  /**
   * Chooses among what was listed, see {@link io.litestream.core.restore package description}.
   *
   * @throws RestoreException {@code NOT_RESTORABLE} or {@code DAMAGED}
   */
  static RestorePlan compute(List<Candidate> candidates, RestoreRequest request)
      throws RestoreException {
    Candidate chosen = GenerationChoice.choose(candidates, request);
    SnapshotInfo base = chosen.base(request).orElseThrow();
    List<SegmentInfo> wanted = new ArrayList<>();
    Optional<SegmentInfo> next = Optional.empty();
    for (SegmentInfo segment : chosen.segments()) {
      boolean late =
          request.timestamp().filter(segment.createdAt()::isAfter).isPresent()
              || (request.index().isPresent()
                  && segment.start().index() > request.index().getAsInt());
      if (late) {
        next = Optional.of(segment);
        break;
      }
      wanted.add(segment);
    }
    int last = wanted.isEmpty() ? base.index() : wanted.get(wanted.size() - 1).start().index();
    RestorePlan plan =
        new RestorePlan(
            chosen.replica(),
            base,
            wanted,
            next.filter(segment -> segment.start().index() > last).isPresent(),
            next.filter(segment -> request.index().isEmpty())
                .filter(segment -> segment.start().index() == last + 1)
                .filter(segment -> segment.start().offset() == 0 && !wanted.isEmpty()),
            next.filter(segment -> segment.start().index() == last).isPresent(),
            chosen.snapshots().get(0).index() < base.index());
    plan.requireEveryIndex();
    plan.requireEnd(request, next);
    return plan;
  }

  /**
   * What leads to a position, from a snapshot on.
   *
   * @param segments sorted by position, complete from the snapshot's index on
   * @throws RestoreException {@code DAMAGED} if an index is missing
   */
  static RestorePlan upTo(
      ReplicaReader replica, SnapshotInfo snapshot, List<SegmentInfo> segments, Position end)
      throws RestoreException {
    List<SegmentInfo> wanted =
        segments.stream().filter(segment -> !segment.start().covers(end)).toList();
    RestorePlan plan =
        new RestorePlan(replica, snapshot, wanted, false, Optional.empty(), false, false);
    plan.requireEveryIndex();
    return plan;
  }

  private void requireEveryIndex() throws RestoreException {
    int index = snapshot.index();
    boolean begun = false;
    for (SegmentInfo segment : segments) {
      Position start = segment.start();
      int expected = begun && start.index() != index ? index + 1 : index;
      if (start.index() != expected) {
        throw missingIndex(expected, segment.key());
      }
      if ((!begun || start.index() != index) && start.offset() != 0) {
        throw Damage.missing(
            this,
            start.index(),
            segment.key()
                + " is the first segment of its index, but begins at offset "
                + start.offset()
                + " instead of 0: the segments before it are missing");
      }
      index = expected;
      begun = true;
    }
  }

  private void requireEnd(RestoreRequest request, Optional<SegmentInfo> next)
      throws RestoreException {
    if (request.index().isEmpty()) {
      return;
    }
    int asked = request.index().getAsInt();
    boolean bare = segments.isEmpty() && next.isEmpty() && asked == snapshot.index();
    if (bare || (!segments.isEmpty() && endIndex() == asked)) {
      return;
    }
    if (next.isPresent()) {
      int missing = segments.isEmpty() ? snapshot.index() : endIndex() + 1;
      throw missingIndex(missing, next.get().key());
    }
    throw new RestoreException(
        Kind.NOT_RESTORABLE,
        "cannot restore index %s: generation %s in %s ends at index %s"
            .formatted(
                Position.indexText(asked), generation(), replica, Position.indexText(endIndex())));
  }

  private RestoreException missingIndex(int missing, String nextKey) {
    return Damage.missing(
        this,
        missing,
        "there is no segment of index %s, though %s is there"
            .formatted(Position.indexText(missing), nextKey));
  }
}
