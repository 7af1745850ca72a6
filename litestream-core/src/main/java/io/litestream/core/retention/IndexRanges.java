package io.litestream.core.retention;

import io.litestream.core.position.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.TreeSet;

/**
 * A set of WAL indexes, as runs of successive ones.
 *
 * @param runs in ascending order, apart from each other
 */
public record IndexRanges(List<Run> runs) {

  /** The first index that does not exist. */
  private static final long END = Position.MAX_INDEX + 1L;

  /** No index. */
  public static final IndexRanges NONE = new IndexRanges(List.of());

  /** Every index. */
  public static final IndexRanges ALL = new IndexRanges(List.of(new Run(0, END)));

  /**
   * Successive indexes.
   *
   * @param from the first
   * @param to the one after the last
   */
  public record Run(long from, long to) {}

  public IndexRanges {
    runs = List.copyOf(runs);
  }

  static IndexRanges only(int index) {
    return new IndexRanges(List.of(new Run(index, index + 1L)));
  }

  static IndexRanges from(int index) {
    return new IndexRanges(List.of(new Run(index, END)));
  }

  boolean isEmpty() {
    return runs.isEmpty();
  }

  boolean contains(int index) {
    OptionalInt next = firstFrom(index);
    return next.isPresent() && next.getAsInt() == index;
  }

  /** The lowest index in the set that is not below the given one. */
  OptionalInt firstFrom(int index) {
    for (Run run : runs) {
      if (index < run.to()) {
        return OptionalInt.of((int) Math.max(index, run.from()));
      }
    }
    return OptionalInt.empty();
  }

  /** The indexes that are in either set. */
  IndexRanges plus(IndexRanges other) {
    return combine(other, (mine, theirs) -> mine || theirs);
  }

  /** The indexes of this set that are not in the other. */
  IndexRanges minus(IndexRanges other) {
    return combine(other, (mine, theirs) -> mine && !theirs);
  }

  private interface Choice {
    boolean of(boolean mine, boolean theirs);
  }

  /** Goes through all places at which either set begins or ends a run. */
  private IndexRanges combine(IndexRanges other, Choice choice) {
    TreeSet<Long> edges = new TreeSet<>();
    for (IndexRanges set : List.of(this, other)) {
      for (Run run : set.runs) {
        edges.add(run.from());
        edges.add(run.to());
      }
    }
    List<Run> result = new ArrayList<>();
    long open = -1;
    for (long edge : edges) {
      boolean in = edge < END && choice.of(contains((int) edge), other.contains((int) edge));
      if (in && open < 0) {
        open = edge;
      } else if (!in && open >= 0) {
        result.add(new Run(open, edge));
        open = -1;
      }
    }
    return new IndexRanges(result);
  }
}
