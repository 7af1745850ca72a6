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
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.function.Supplier;

/**
 * One pass over the objects of a plan: the snapshot, then each segment's pages over it. Workers
 * bring objects ahead; the calling thread joins the chain and writes.
 */
final class Replay implements AutoCloseable {

  /**
   * In all 24 MiB of content under way. A worker's decoder takes up to 8 MiB more, and there are at
   * most {@link #MOST_WORKERS} of them: about 90 MiB at the worst, with blocks of 4 MiB everywhere.
   */
  private static final int CHUNKS = 24;

  private static final int MOST_WORKERS = 8;

  /** As many workers as are asked for, if all objects are so small that decoders stay small. */
  private static final long SMALL = 64 << 10;

  private static final int MOST_WORKERS_IF_SMALL = 32;

  /** How many objects beyond the one in turn are handed to workers. */
  private static final int AHEAD = 64;

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

  private final RestorePlan plan;
  private final PageSink pages;
  private final Progress progress;
  private final Optional<Limit> limit;
  private final ChunkPool pool = new ChunkPool(CHUNKS);
  private final ConcurrentLinkedDeque<Lz4InputStream> decoders = new ConcurrentLinkedDeque<>();
  private final Deque<ObjectFeed> ahead = new ArrayDeque<>();
  private final Workers workers;
  private int submitted;
  private int applied;
  private boolean checksummed;

  /**
   * @param limit what ends after it is verified, but not applied
   */
  Replay(
      RestorePlan plan, int parallelism, PageSink pages, Progress progress, Optional<Limit> limit) {
    this.plan = plan;
    this.pages = pages;
    this.progress = progress;
    this.limit = limit;
    boolean small = plan.segments().stream().allMatch(segment -> segment.size() <= SMALL);
    int most = small ? MOST_WORKERS_IF_SMALL : MOST_WORKERS;
    int wanted = Math.min(plan.segments().size() + 1, parallelism);
    workers = new Workers(Math.min(wanted, most));
  }

  /**
   * @throws TargetException if the file cannot be written
   */
  Outcome run() throws IOException, InterruptedException {
    return run(restoreSnapshot());
  }

  /** As {@link #run()}, without the snapshot: its place in the plan says where the WAL begins. */
  Outcome runSegments(int pageSize) throws IOException, InterruptedException {
    submitted = 1;
    checksummed = true;
    return run(pageSize);
  }

  private Outcome run(int pageSize) throws IOException, InterruptedException {
    WalChain chain = new WalChain(plan, pageSize);
    List<SegmentInfo> segments = plan.segments();
    for (int i = 0; i < segments.size(); i++) {
      SegmentInfo segment = segments.get(i);
      if (i > 0 && segments.get(i - 1).start().index() != segment.start().index()) {
        cutToCommit(chain, pageSize);
      }
      submitAhead(pageSize);
      apply(segment, chain, pageSize);
      applied++;
    }
    chain.finish(plan.nextIndex().isPresent() ? note(plan.nextIndex().get()) : Optional.empty());
    if (limit.isPresent()) {
      cut(limit.get().pages(), pageSize);
    } else {
      cutToCommit(chain, pageSize);
    }
    return new Outcome(
        chain.committed(),
        chain.committedPages() & 0xFFFFFFFFL,
        !chain.endsWithCommit(),
        pageSize,
        checksummed && chain.isProved());
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

  /** How many segments have been verified to their end, and handed on. */
  int applied() {
    return applied;
  }

  /** A checkpoint leaves the file with the size of the last commit. */
  private void cutToCommit(WalChain chain, int pageSize) throws IOException {
    cut(chain.committedPages() & 0xFFFFFFFFL, pageSize);
  }

  private void cut(long count, int pageSize) throws IOException {
    if (count != 0) {
      try {
        pages.resize(count * pageSize);
      } catch (IOException e) {
        throw new TargetException(e);
      }
    }
  }

  private int restoreSnapshot() throws IOException, InterruptedException {
    ObjectFeed feed = ObjectFeed.ofSnapshot(plan.replica(), plan.snapshot(), pool);
    submit(feed);
    submitted = 1;
    Chunk chunk = take(feed, plan.snapshot().index(), plan.snapshot()::key);
    Optional<DatabaseHeader> header = DatabaseHeader.parse(chunk.bytes, chunk.length);
    if (header.isEmpty()) {
      throw Damage.snapshot(plan, "holds no SQLite database");
    }
    int pageSize = header.get().pageSize();
    pages.expect(header.get().pages() * pageSize);
    submitAhead(pageSize);
    while (true) {
      try {
        pages.append(chunk.bytes, chunk.length);
      } catch (IOException e) {
        throw new TargetException(e);
      }
      progress.within(chunk.compressedBytes);
      checksummed = chunk.checksummed;
      boolean last = chunk.last;
      pool.giveBack(chunk);
      if (last) {
        break;
      }
      chunk = take(feed, plan.snapshot().index(), plan.snapshot()::key);
    }
    if (pages.length() % pageSize != 0) {
      throw Damage.snapshot(
          plan,
          "holds %d bytes, not a whole number of pages of %d bytes"
              .formatted(pages.length(), pageSize));
    }
    progress.done(plan.snapshot().size());
    return pageSize;
  }

  private void apply(SegmentInfo segment, WalChain chain, int pageSize)
      throws IOException, InterruptedException {
    ObjectFeed feed = ahead.remove();
    pool.turnTo(feed.number());
    chain.begin(segment);
    boolean last = false;
    while (!last) {
      Chunk chunk = take(feed, segment.start().index(), segment::key);
      chain.add(segment, chunk.frames, chunk.previous);
      try {
        pages.write(chunk.bytes, chunk.frames, pageSize);
      } catch (IOException e) {
        throw new TargetException(e);
      }
      progress.within(chunk.compressedBytes);
      last = chunk.last;
      pool.giveBack(chunk);
    }
    progress.done(segment.size());
  }

  private Chunk take(ObjectFeed feed, int index, Supplier<String> key)
      throws IOException, InterruptedException {
    Chunk chunk = feed.next();
    Throwable failure = chunk.failure;
    if (failure instanceof IOException e) {
      throw Damage.reading(plan, key.get(), index, e);
    }
    if (failure != null) {
      throw new IllegalStateException("cannot read " + key.get(), failure);
    }
    return chunk;
  }

  private void submitAhead(int pageSize) {
    while (ahead.size() < AHEAD && submitted <= plan.segments().size()) {
      SegmentInfo segment = plan.segments().get(submitted - 1);
      long limitOffset =
          limit
              .map(Limit::position)
              .filter(position -> position.index() == segment.start().index())
              .map(Position::offset)
              .orElse(Long.MAX_VALUE);
      ObjectFeed feed =
          ObjectFeed.ofSegment(plan.replica(), segment, submitted, pool, pageSize, limitOffset);
      ahead.add(feed);
      submit(feed);
      submitted++;
    }
  }

  /** Workers begin in the order of turns: {@link ChunkPool} relies on it. */
  private void submit(ObjectFeed feed) {
    workers.execute(
        () -> {
          Lz4InputStream decoder = decoders.poll();
          if (decoder == null) {
            decoder = new Lz4InputStream(InputStream.nullInputStream());
          }
          try {
            feed.bring(decoder);
          } catch (InterruptedException e) {
            // The restore has been given up; nobody waits for this object any more.
            Thread.currentThread().interrupt();
          }
          decoders.push(decoder);
        });
  }

  /** Ends the workers, and waits until they are gone. */
  @Override
  public void close() {
    workers.close();
  }
}
