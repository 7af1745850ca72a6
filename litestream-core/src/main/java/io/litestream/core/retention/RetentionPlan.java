package io.litestream.core.retention;

import static java.util.Comparator.comparing;

import io.litestream.core.position.Generation;
import io.litestream.core.position.Position;
import io.litestream.core.replica.SegmentInfo;
import io.litestream.core.replica.SnapshotInfo;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Which objects of a replica need not be kept. Rules:
 *
 * <ol>
 *   <li>Every moment from the cutoff on can be restored, by the choice that {@link
 *       io.litestream.core.restore.RestorePlan} makes: of the generation that it would choose, the
 *       snapshot that it would begin with at the cutoff stays, and all later snapshots and segments
 *       with it.
 *   <li>A generation that ended before the cutoff goes, unless it is what a restore to the cutoff
 *       would choose. So the last generation that can be restored always stays.
 *   <li>A snapshot that is kept for its hour, day, week or month stays together with the segments
 *       of its index.
 *   <li>Segments that no snapshot precedes cannot be restored from. They go, unless a snapshot may
 *       still come: in the current generation, and in one that was written to since the cutoff.
 * </ol>
 *
 * @param cutoff since when every moment is to be restorable; empty: nothing is deleted
 * @param parts one for each generation, in the order in which they were given
 */
public record RetentionPlan(Optional<Instant> cutoff, List<Part> parts) {

  public RetentionPlan {
    parts = List.copyOf(parts);
  }

  /**
   * What goes of one generation.
   *
   * @param kept the snapshots that stay, sorted by index
   * @param deleted the snapshots that go, oldest first
   * @param unneeded the indexes of which no segment is needed
   */
  public record Part(
      Generation generation,
      List<SnapshotInfo> kept,
      List<SnapshotInfo> deleted,
      IndexRanges unneeded) {

    public Part {
      kept = List.copyOf(kept);
      deleted = List.copyOf(deleted);
    }

    /** Whether that segment of this generation goes. */
    public boolean deletes(SegmentInfo segment) {
      return unneeded.contains(segment.start().index());
    }

    /** Whether nothing of the generation stays. */
    public boolean isWhole() {
      return kept.isEmpty() && unneeded.equals(IndexRanges.ALL);
    }

    /** What goes if the objects of these keys cannot be deleted: not what completes them either. */
    Part keeping(Set<String> undeletable) {
      List<SnapshotInfo> left = new ArrayList<>();
      List<SnapshotInfo> staying = new ArrayList<>(kept);
      IndexRanges rest = unneeded;
      for (SnapshotInfo snapshot : deleted) {
        if (undeletable.contains(snapshot.key())) {
          staying.add(snapshot);
          rest = rest.minus(IndexRanges.only(snapshot.index()));
        } else {
          left.add(snapshot);
        }
      }
      return new Part(generation, staying, left, rest);
    }
  }

  /**
   * Decides for one replica.
   *
   * @param current the generation that is being written, if it is known
   * @param now by the store's clock, as far as that is known
   */
  public static RetentionPlan compute(
      List<KnownGeneration> known,
      Optional<Generation> current,
      Instant now,
      RetentionRules rules) {
    if (rules.window().isEmpty()) {
      return new RetentionPlan(Optional.empty(), List.of());
    }
    Instant cutoff = now.minus(rules.window().get());
    Set<SnapshotInfo> periodic = periodic(known, rules);
    List<Part> parts = new ArrayList<>();
    for (KnownGeneration generation : known) {
      boolean isCurrent = current.filter(generation.generation()::equals).isPresent();
      parts.add(
          part(generation, isCurrent || isNeeded(generation, known, cutoff), cutoff, periodic));
    }
    return new RetentionPlan(Optional.of(cutoff), parts);
  }

  /** Whether a restore to any moment from the cutoff on may choose this generation. */
  private static boolean isNeeded(
      KnownGeneration generation, List<KnownGeneration> known, Instant cutoff) {
    Instant updated = generation.updatedAt().orElse(Instant.MIN);
    if (!updated.isBefore(cutoff)) {
      return true;
    }
    // A restore chooses what was updated last among those that reach back to its moment. Those that
    // do at the cutoff do so at any later moment.
    return generation.base(cutoff).isPresent()
        && known.stream()
            .filter(other -> other.base(cutoff).isPresent())
            .noneMatch(other -> other.updatedAt().orElse(Instant.MIN).isAfter(updated));
  }

  private static Part part(
      KnownGeneration generation, boolean needed, Instant cutoff, Set<SnapshotInfo> periodic) {
    List<SnapshotInfo> snapshots = generation.snapshots();
    IndexRanges keep = IndexRanges.NONE;
    int from = Position.MAX_INDEX;
    boolean any = needed && !snapshots.isEmpty();
    if (needed) {
      from =
          generation
              .base(cutoff)
              .map(SnapshotInfo::index)
              .orElse(any ? snapshots.get(0).index() : 0);
      keep = IndexRanges.from(from);
    }
    List<SnapshotInfo> kept = new ArrayList<>();
    List<SnapshotInfo> deleted = new ArrayList<>();
    for (SnapshotInfo snapshot : snapshots) {
      if (needed && snapshot.index() >= from) {
        kept.add(snapshot);
      } else if (periodic.contains(snapshot)) {
        kept.add(snapshot);
        keep = keep.plus(IndexRanges.only(snapshot.index()));
      } else {
        deleted.add(snapshot);
      }
    }
    deleted.sort(comparing(SnapshotInfo::createdAt));
    return new Part(generation.generation(), kept, deleted, IndexRanges.ALL.minus(keep));
  }

  /** The newest snapshot of each period that is to be kept, over all generations. */
  private static Set<SnapshotInfo> periodic(List<KnownGeneration> known, RetentionRules rules) {
    List<SnapshotInfo> newestFirst =
        known.stream()
            .flatMap(generation -> generation.snapshots().stream())
            .sorted(comparing(SnapshotInfo::createdAt).reversed())
            .toList();
    Set<SnapshotInfo> kept = new LinkedHashSet<>();
    kept.addAll(
        newestOfEach(newestFirst, t -> t.truncatedTo(ChronoUnit.HOURS), rules.keepHourly()));
    kept.addAll(newestOfEach(newestFirst, RetentionPlan::day, rules.keepDaily()));
    kept.addAll(
        newestOfEach(
            newestFirst,
            t -> day(t).minusDays(day(t).getDayOfWeek().getValue() - 1L),
            rules.keepWeekly()));
    kept.addAll(newestOfEach(newestFirst, t -> day(t).withDayOfMonth(1), rules.keepMonthly()));
    return kept;
  }

  private static LocalDate day(Instant time) {
    return LocalDate.ofInstant(time, ZoneOffset.UTC);
  }

  private static List<SnapshotInfo> newestOfEach(
      List<SnapshotInfo> newestFirst, Function<Instant, Object> period, int periods) {
    List<SnapshotInfo> newest = new ArrayList<>();
    Set<Object> seen = new HashSet<>();
    for (SnapshotInfo snapshot : newestFirst) {
      if (newest.size() < periods && seen.add(period.apply(snapshot.createdAt()))) {
        newest.add(snapshot);
      }
    }
    return newest;
  }
}
