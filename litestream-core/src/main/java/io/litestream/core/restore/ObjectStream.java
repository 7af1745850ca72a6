package io.litestream.core.restore;

import io.litestream.core.codec.Lz4InputStream;
import io.litestream.core.position.Position;
import io.litestream.core.replica.SegmentInfo;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;

/**
 * The objects of a plan in the order in which they are wanted, chunk by chunk. Workers bring them
 * ahead; the chunks are taken by one thread.
 */
final class ObjectStream implements AutoCloseable {

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

  private final RestorePlan plan;
  private final List<SegmentInfo> segments;
  private final boolean newestFirst;
  private final boolean withSnapshot;
  private final Optional<Position> limit;
  private final ChunkPool pool = new ChunkPool(CHUNKS);
  private final ConcurrentLinkedDeque<Lz4InputStream> decoders = new ConcurrentLinkedDeque<>();
  private final Deque<ObjectFeed> ahead = new ArrayDeque<>();
  private final Workers workers;
  private int submitted;
  private String key = "";
  private int index;

  /**
   * @param newestFirst whether segments are wanted from the last to the first
   * @param withSnapshot whether the plan's snapshot is wanted after them
   * @param limit what ends after it is verified, but not to be written
   */
  ObjectStream(
      RestorePlan plan,
      boolean newestFirst,
      boolean withSnapshot,
      Optional<Position> limit,
      int parallelism) {
    this.plan = plan;
    this.segments = plan.segments();
    this.newestFirst = newestFirst;
    this.withSnapshot = withSnapshot;
    this.limit = limit;
    boolean small = segments.stream().allMatch(segment -> segment.size() <= SMALL);
    int most = small ? MOST_WORKERS_IF_SMALL : MOST_WORKERS;
    workers = new Workers(Math.min(Math.min(segments.size() + 1, parallelism), most));
  }

  /** Turns to the next segment. */
  ObjectFeed next(SegmentInfo segment, int pageSize) {
    key = segment.key();
    index = segment.start().index();
    return next(pageSize);
  }

  /** Turns to the snapshot. */
  ObjectFeed nextSnapshot() {
    key = plan.snapshot().key();
    index = plan.snapshot().index();
    return next(0);
  }

  private ObjectFeed next(int pageSize) {
    submitAhead(pageSize);
    ObjectFeed feed = ahead.remove();
    pool.turnTo(feed.number());
    return feed;
  }

  /** The next chunk of the object at hand; {@link #giveBack} is to follow. */
  Chunk take(ObjectFeed feed) throws IOException, InterruptedException {
    Chunk chunk = feed.next();
    Throwable failure = chunk.failure;
    if (failure instanceof IOException e) {
      throw Damage.reading(plan, key, index, e);
    }
    if (failure != null) {
      throw new IllegalStateException("cannot read " + key, failure);
    }
    return chunk;
  }

  void giveBack(Chunk chunk) {
    pool.giveBack(chunk);
  }

  private void submitAhead(int pageSize) {
    int last = segments.size() + (withSnapshot ? 1 : 0);
    while (ahead.size() < AHEAD && submitted < last) {
      ObjectFeed feed =
          submitted < segments.size()
              ? segment(newestFirst ? segments.size() - 1 - submitted : submitted, pageSize)
              : ObjectFeed.ofSnapshot(plan.replica(), plan.snapshot(), submitted, pool);
      ahead.add(feed);
      submit(feed);
      submitted++;
    }
  }

  private ObjectFeed segment(int i, int pageSize) {
    SegmentInfo segment = segments.get(i);
    long limitOffset =
        limit
            .filter(position -> position.index() == segment.start().index())
            .map(Position::offset)
            .orElse(Long.MAX_VALUE);
    return ObjectFeed.ofSegment(
        plan.replica(), segment, submitted, pool, pageSize, until(i), limitOffset);
  }

  /**
   * Litestream v0.3, when it is ended while it uploads, uploads the same part a second time, with
   * what came after it, and so leaves segments that reach into the next one.
   */
  private long until(int i) {
    if (i + 1 == segments.size()
        || segments.get(i + 1).start().index() != segments.get(i).start().index()) {
      return Long.MAX_VALUE;
    }
    return segments.get(i + 1).start().offset();
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
