package io.litestream.core.restore;

import static java.util.Objects.requireNonNull;

import io.litestream.core.position.Position;
import io.litestream.core.replica.PreviousIndex;
import io.litestream.core.replica.PreviousIndex.Facts;
import io.litestream.core.replica.SegmentInfo;
import io.litestream.core.wal.FrameScanner;
import io.litestream.core.wal.WalHeader;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The chain of checksums through all segments of a plan, as they come in order. It proves that
 * within an index nothing is missing, changed or out of place, that indexes follow each other, and
 * that an index which another one follows ends with a commit. Whether such an index went on with
 * further commits, only the next one can tell, with a {@link PreviousIndex}; where none does, the
 * chain is not proved. Used by one thread; pure.
 */
final class WalChain {

  private final RestorePlan plan;
  private final int pageSize;
  private int index;
  private @Nullable WalHeader header;
  private @Nullable WalHeader previousHeader;
  private long end;
  private long checksum;
  private long previousEnd;
  private long previousChecksum;
  private int previousPages;
  private long commitEnd;
  private int commitPages;
  private boolean proved = true;

  /** Whether nothing was heard yet of where the index before ended. */
  private boolean endUntold;

  /**
   * @param pageSize the snapshot's
   */
  WalChain(RestorePlan plan, int pageSize) {
    this.plan = plan;
    this.pageSize = pageSize;
    this.index = plan.snapshot().index();
  }

  /**
   * Goes on to a segment.
   *
   * @throws RestoreException if it does not begin where the one before it ended
   */
  void begin(SegmentInfo segment) throws RestoreException {
    Position start = segment.start();
    if (start.index() != index) {
      requireCommitted(segment.key() + " is there");
      previousHeader = header;
      previousEnd = end;
      previousChecksum = checksum;
      previousPages = commitPages;
      header = null;
      index = start.index();
      end = 0;
      commitEnd = 0;
    }
    if (start.offset() > end) {
      throw Damage.missing(
          plan,
          index,
          "the segment at %s, where %s bytes up to offset %d belong, is missing: the next one is %s"
              .formatted(start.at(end), start.offset() - end, start.offset(), segment.key()));
    }
  }

  /**
   * Adds the next run of the segment.
   *
   * @param previous what the segment says of the index before its own; known at its end
   * @throws RestoreException if it does not continue the chain
   */
  void add(SegmentInfo segment, RunFacts run, Optional<PreviousIndex> previous)
      throws RestoreException {
    WalHeader wal = end == 0 ? beginIndex(segment, run) : header;
    if (wal == null) {
      throw new IllegalStateException("frames before a header");
    }
    if (!run.hasSaltsOf(wal)) {
      throw Damage.of(
          plan,
          segment,
          "does not belong to this index: its frames carry the salts %s, the WAL header says %08x %08x"
              .formatted(run.salts(), wal.salt1(), wal.salt2()));
    }
    if (!run.continues(wal, checksum)) {
      throw broken(segment, run.firstOffset());
    }
    if (run.end() == FrameScanner.End.SALT) {
      throw Damage.of(
          plan,
          segment,
          "is damaged: the frame at offset %d has other salts than those before it"
              .formatted(run.validEnd()));
    }
    if (run.end() == FrameScanner.End.CHECKSUM) {
      throw broken(segment, run.validEnd());
    }
    if (run.excess() != 0) {
      throw Damage.of(
          plan,
          segment,
          "is damaged: after its last whole frame, at offset %d, there are %d bytes more"
              .formatted(run.validEnd(), run.excess()));
    }
    if (endUntold && previous.isPresent()) {
      requireWhole(segment, previous.get());
    }
    end = run.validEnd();
    if (!run.isEmpty()) {
      checksum = run.lastChecksum();
    }
    if (run.commitEnd() != 0) {
      commitEnd = run.commitEnd();
      commitPages = run.commitPages();
    }
  }

  private RestoreException broken(SegmentInfo segment, long offset) {
    return Damage.of(
        plan,
        segment,
        "is damaged: the checksum of the frame at offset %d does not continue the chain"
            .formatted(offset));
  }

  private WalHeader beginIndex(SegmentInfo segment, RunFacts run) throws RestoreException {
    WalHeader wal = run.header().orElse(null);
    if (wal == null) {
      throw Damage.of(plan, segment, "is damaged: it does not begin with a valid WAL header");
    }
    if (wal.pageSize() != pageSize) {
      throw Damage.of(
          plan,
          segment,
          "is of another database: its pages have %d bytes, those of the snapshot %d"
              .formatted(wal.pageSize(), pageSize));
    }
    WalHeader previous = previousHeader;
    if (previous != null && !wal.follows(previous)) {
      throw Damage.of(
          plan,
          segment,
          "does not follow index %s: its WAL header has salt-1 %08x where %08x is expected"
              .formatted(Position.indexText(index - 1), wal.salt1(), previous.salt1() + 1));
    }
    proved &= !endUntold;
    endUntold = previous != null;
    header = wal;
    checksum = wal.checksum();
    return wal;
  }

  private void requireWhole(SegmentInfo next, PreviousIndex told) throws RestoreException {
    endUntold = false;
    requireReached(index - 1, previousEnd, next, told);
    WalHeader previous = requireNonNull(previousHeader);
    Optional<Facts> facts = told.facts();
    if (facts.isPresent() && !agree(facts.get(), previous)) {
      throw Damage.missing(
          plan,
          index,
          "index %s is another one than that which %s goes on from: it ends with checksum %016x instead of %016x; have two processes written to this replica?"
              .formatted(
                  Position.indexText(index - 1),
                  next.key(),
                  previousChecksum,
                  facts.get().checksum()));
    }
  }

  /** The checksum covers all of the index; salts and size say the same for a reader of the note. */
  private boolean agree(Facts facts, WalHeader previous) {
    return facts.checksum() == previousChecksum
        && facts.salt1() == previous.salt1()
        && facts.salt2() == previous.salt2()
        && (facts.pages() == 0 || facts.pages() == (previousPages & 0xFFFFFFFFL));
  }

  /** What is there of an index is sound: it can still be restored up to there. */
  private void requireReached(int of, long reached, SegmentInfo next, PreviousIndex told)
      throws RestoreException {
    if (told.end() != reached) {
      throw Damage.missing(
          plan,
          of + 1,
          "index %s ends at offset %d, but went on to %d%s, as %s tells: its last segments are missing"
              .formatted(
                  Position.indexText(of),
                  reached,
                  told.end(),
                  told.facts()
                      .map(facts -> ", with commits until " + facts.lastCommit())
                      .orElse(""),
                  next.key()));
    }
  }

  /**
   * Ends the chain.
   *
   * @param told what the first segment of the next index says of the last one, if that was asked
   * @throws RestoreException if the last index is known not to be the last, yet does not end with a
   *     commit; or it went on
   */
  void finish(Optional<PreviousIndex> told) throws RestoreException {
    if (plan.followed()) {
      requireCommitted("a later index is there");
    }
    if (plan.nextIndex().isPresent()) {
      if (told.isPresent()) {
        requireReached(index, end, plan.nextIndex().get(), told.get());
      } else {
        proved = false;
      }
    }
  }

  private void requireCommitted(String butThereIs) throws RestoreException {
    if (!endsWithCommit()) {
      throw Damage.missing(
          plan,
          index,
          "index %s ends inside a transaction, at offset %d, although %s: its last segments are missing"
              .formatted(Position.indexText(index), end, butThereIs));
    }
  }

  /** Whether it is certain of every index but the last that nothing is missing at its end. */
  boolean isProved() {
    return proved && !endUntold;
  }

  /** Whether nothing follows the last commit of the current index. */
  boolean endsWithCommit() {
    return end <= Math.max(commitEnd, WalHeader.SIZE);
  }

  /** The end of the last commit in the current index; its beginning if it has none. */
  Position committed() {
    return new Position(plan.generation(), index, commitEnd);
  }

  /** Size of the database in pages after the last commit of all, unsigned; 0 if there was none. */
  int committedPages() {
    return commitPages;
  }
}
