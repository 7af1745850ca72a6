package io.litestream.core.retention;

import io.litestream.core.layout.ReplicaLayout;
import io.litestream.core.position.Generation;
import io.litestream.core.position.Position;
import io.litestream.core.replica.SegmentInfo;
import io.litestream.spi.ListPage;
import io.litestream.spi.ListRequest;
import io.litestream.spi.ObjectInfo;
import io.litestream.spi.ReplicaStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Lists the segments of some indexes of a generation, a page at a time. Passes over what lies
 * between the indexes, so that it takes no more requests than the segments fill pages, and at most
 * one for each run of indexes. The first segment of an index comes with the last of that index: who
 * deletes page by page leaves no index without its beginning. Used by one thread.
 */
final class SegmentWalk {

  private final ReplicaStore store;
  private final Generation generation;
  private final IndexRanges wanted;
  private Optional<String> after;
  private int reached;
  private Optional<SegmentInfo> heldBack = Optional.empty();

  SegmentWalk(ReplicaStore store, Generation generation, IndexRanges wanted) {
    this.store = store;
    this.generation = generation;
    this.wanted = wanted;
    this.after = before(0);
  }

  /** Where a listing starts that is to show the wanted segments from that index on. */
  private Optional<String> before(int index) {
    OptionalInt next = wanted.firstFrom(index);
    return next.isPresent()
        ? Optional.of(ReplicaLayout.beforeSegmentsOf(generation, next.getAsInt()))
        : Optional.empty();
  }

  boolean hasNext() {
    return after.isPresent();
  }

  /** The indexes of which segments may still come. */
  IndexRanges remaining() {
    return hasNext()
        ? wanted.minus(IndexRanges.ALL.minus(IndexRanges.from(reached)))
        : IndexRanges.NONE;
  }

  /** The segments of the next page; there may be none. Sends one request. */
  List<SegmentInfo> next() throws IOException {
    ListRequest request = ListRequest.below(ReplicaLayout.segmentPrefix(generation));
    ListPage page = store.list(request.after(after.orElseThrow()));
    List<SegmentInfo> found = new ArrayList<>(heldBack.stream().toList());
    for (ObjectInfo object : page.objects()) {
      SegmentInfo.of(generation, object)
          .filter(segment -> wanted.contains(segment.start().index()))
          .ifPresent(found::add);
    }
    after = page.next().flatMap(this::onFrom);
    heldBack =
        hasNext() ? found.stream().filter(this::beginsReached).findFirst() : Optional.empty();
    heldBack.ifPresent(found::remove);
    return found;
  }

  private boolean beginsReached(SegmentInfo segment) {
    return segment.start().index() == reached && segment.start().offset() == 0;
  }

  /** Where to go on after a page that ended with that key. */
  private Optional<String> onFrom(String last) {
    Optional<Position> end = ReplicaLayout.parseSegment(generation, last);
    if (end.isEmpty()) {
      return Optional.of(last); // none of ours, between ours
    }
    reached = end.get().index();
    return before(reached).map(start -> start.compareTo(last) > 0 ? start : last);
  }
}
