package io.litestream.core.restore;

import io.litestream.core.codec.Lz4FormatException;
import io.litestream.core.codec.Lz4InputStream;
import io.litestream.core.position.Position;
import io.litestream.core.replica.PreviousIndex;
import io.litestream.core.replica.SegmentInfo;
import io.litestream.spi.NoSuchObjectException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * One pass over the objects of a plan, from the last segment back to the snapshot, so that of each
 * page no more than the newest version is written. Workers bring objects ahead; the calling thread
 * writes. What the chain says is known when all objects have been read: until then it may be
 * rubbish that was written, but not beyond the file's own pages.
 */
final class Replay implements AutoCloseable {

  /**
   * Where a pass is to end, although its last segment may go on.
   *
   * @param position the end of a commit
   * @param pages size of the database after it
   */
  record Limit(Position position, long pages) {}

  /** What a pass came to: the end of the last commit, and what was seen on the way. */
  record Outcome(
      Position committed, long committedPages, boolean openEnd, int pageSize, boolean proved) {}

  /** What was seen of a chunk. */
  private record Seen(RunFacts facts, Optional<PreviousIndex> previous) {}

  private final RestorePlan plan;
  private final PageWriter pages;
  private final Progress progress;
  private final Optional<Limit> limit;
  private final ObjectStream objects;

  /** By segment, in the order of the plan. */
  private final List<List<Seen>> seen = new ArrayList<>();

  private boolean checksummed;

  /**
   * @param limit what ends after it is verified, but not applied
   */
  Replay(
      RestorePlan plan,
      int parallelism,
      PageWriter pages,
      Progress progress,
      Optional<Limit> limit) {
    this.plan = plan;
    this.limit = limit;
    this.pages = pages;
    this.progress = progress;
    this.objects = new ObjectStream(plan, true, true, limit.map(Limit::position), parallelism);
  }

  /**
   * @throws TargetException if the file cannot be written
   */
  Outcome run() throws IOException, InterruptedException {
    List<SegmentInfo> segments = plan.segments();
    Optional<NewestPages> newest = Optional.empty();
    if (!segments.isEmpty()) {
      int pageSize = readPageSize();
      newest = Optional.of(new NewestPages(pages, pageSize, limit.map(Limit::pages).orElse(0L)));
      for (int i = segments.size() - 1; i >= 0; i--) {
        apply(segments.get(i), newest.get(), pageSize);
        if (i == 0 || segments.get(i - 1).start().index() != segments.get(i).start().index()) {
          newest.get().endIndex();
        }
      }
      Collections.reverse(seen);
    }
    SnapshotShape snapshot = applySnapshot(newest);
    WalChain chain = chain(snapshot.pageSize());
    long committed = chain.committedPages() & 0xFFFFFFFFL;
    long size = limit.map(Limit::pages).orElse(committed);
    try {
      pages.resize(size == 0 ? snapshot.bytes() : size * snapshot.pageSize());
    } catch (IOException e) {
      throw new TargetException(e);
    }
    return new Outcome(
        chain.committed(),
        committed,
        !chain.endsWithCommit(),
        snapshot.pageSize(),
        checksummed && chain.isProved());
  }

  /** From the snapshot's first bytes: segments do not tell it, but for the first of an index. */
  private int readPageSize() throws IOException, InterruptedException {
    for (int reopenings = 0; ; reopenings++) {
      try (Lz4InputStream in = new Lz4InputStream(plan.replica().openCompressed(plan.snapshot()))) {
        byte[] first = in.readNBytes(DatabaseHeader.SIZE);
        DatabaseHeader header = SnapshotShape.header(plan, first, first.length);
        pages.expect(header.pages() * header.pageSize());
        return header.pageSize();
      } catch (RestoreException e) {
        throw e;
      } catch (IOException e) {
        if (Thread.interrupted()) {
          throw new InterruptedException("restore interrupted while reading");
        }
        IOException meaning =
            Damage.reading(plan, plan.snapshot().key(), plan.snapshot().index(), e);
        if (meaning instanceof RestoreException || reopenings == ObjectFeed.REOPENINGS) {
          throw meaning;
        }
      }
    }
  }

  private void apply(SegmentInfo segment, NewestPages newest, int pageSize)
      throws IOException, InterruptedException {
    ObjectFeed feed = objects.next(segment, pageSize);
    List<Seen> chunks = new ArrayList<>(1);
    long committedPages = 0;
    boolean last = false;
    while (!last) {
      Chunk chunk = objects.take(feed);
      RunFacts facts = chunk.frames.facts();
      chunks.add(new Seen(facts, chunk.previous));
      if (facts.commitEnd() != 0) {
        committedPages = facts.commitPages() & 0xFFFFFFFFL;
      }
      try {
        newest.write(chunk.bytes, chunk.frames);
      } catch (IOException e) {
        throw new TargetException(e);
      }
      progress.within(chunk.compressedBytes);
      last = chunk.last;
      objects.giveBack(chunk);
    }
    try {
      newest.endSegment(committedPages);
    } catch (IOException e) {
      throw new TargetException(e);
    }
    seen.add(chunks);
    progress.done(segment.size());
  }

  private SnapshotShape applySnapshot(Optional<NewestPages> segments)
      throws IOException, InterruptedException {
    ObjectFeed feed = objects.nextSnapshot();
    SnapshotShape shape = new SnapshotShape(plan);
    Optional<NewestPages> newest = segments;
    boolean last = false;
    while (!last) {
      Chunk chunk = objects.take(feed);
      long before = shape.bytes();
      shape.add(chunk);
      int pageSize = shape.pageSize();
      if (newest.isEmpty()) {
        newest = Optional.of(new NewestPages(pages, pageSize, 0));
      }
      try {
        newest.get().writeSnapshot(chunk.bytes, chunk.length / pageSize, before / pageSize + 1);
      } catch (IOException e) {
        throw new TargetException(e);
      }
      progress.within(chunk.compressedBytes);
      checksummed = chunk.checksummed;
      last = chunk.last;
      objects.giveBack(chunk);
    }
    shape.end();
    progress.done(plan.snapshot().size());
    return shape;
  }

  private WalChain chain(int pageSize) throws IOException {
    WalChain chain = new WalChain(plan, pageSize);
    for (int i = 0; i < seen.size(); i++) {
      SegmentInfo segment = plan.segments().get(i);
      chain.begin(segment);
      for (Seen chunk : seen.get(i)) {
        chain.add(segment, chunk.facts(), chunk.previous());
      }
    }
    chain.finish(plan.nextIndex().isPresent() ? note(plan.nextIndex().get()) : Optional.empty());
    return chain;
  }

  /** What a segment that is not restored itself says of the index before; damage is another's. */
  private Optional<PreviousIndex> note(SegmentInfo segment) throws IOException {
    try (InputStream in = plan.replica().openCompressed(segment)) {
      Lz4InputStream decoder = new Lz4InputStream(in);
      decoder.transferTo(OutputStream.nullOutputStream()); // it stands at the end
      return decoder.note().flatMap(PreviousIndex::parse);
    } catch (NoSuchObjectException | Lz4FormatException e) {
      return Optional.empty();
    }
  }

  /** Ends the workers, and waits until they are gone. */
  @Override
  public void close() {
    objects.close();
  }
}
