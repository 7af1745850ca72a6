package io.litestream.core.restore;

import io.litestream.core.ltx.LtxDecoder;
import io.litestream.core.ltx.LtxFormatException;
import io.litestream.core.replica.LtxFile;
import io.litestream.spi.NoSuchObjectException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;

/**
 * One pass over the files of a plan. Workers bring files ahead; the calling thread joins the chain
 * and writes. Pages of a later file go over those of the ones before, so no more than one file has
 * to be open at a time, however many there are.
 */
final class LtxReplay implements AutoCloseable {

  /** In all 24 MiB of content under way. */
  private static final int CHUNKS = 24;

  private static final int MOST_WORKERS = 32;

  /** How many files beyond the one in turn are handed to workers. */
  private static final int AHEAD = 64;

  private final LtxPlan plan;
  private final LtxChain chain;
  private final PageWriter pages;
  private final Progress progress;
  private final ChunkPool pool = new ChunkPool(CHUNKS);
  private final ConcurrentLinkedDeque<LtxDecoder> decoders = new ConcurrentLinkedDeque<>();
  private final Deque<LtxFeed> ahead = new ArrayDeque<>();
  private final Workers workers;
  private int submitted;

  /**
   * @param chain where the plan's first file goes on from
   */
  LtxReplay(LtxPlan plan, LtxChain chain, int parallelism, PageWriter pages, Progress progress) {
    this.plan = plan;
    this.chain = chain;
    this.pages = pages;
    this.progress = progress;
    workers = new Workers(Math.min(Math.min(plan.files().size(), parallelism), MOST_WORKERS));
  }

  /**
   * @throws NoSuchObjectException if a file is gone; those before it are applied
   * @throws TargetException if the database cannot be written
   */
  void run() throws IOException, InterruptedException {
    for (LtxFile file : plan.files()) {
      submitAhead();
      apply(file);
    }
  }

  private void submitAhead() {
    while (ahead.size() < AHEAD && submitted < plan.files().size()) {
      LtxFeed feed = new LtxFeed(plan.replica(), plan.files().get(submitted), submitted, pool);
      ahead.add(feed);
      submitted++;
      workers.execute(() -> bring(feed));
    }
  }

  private void bring(LtxFeed feed) {
    LtxDecoder decoder = decoders.poll();
    if (decoder == null) {
      decoder = new LtxDecoder(InputStream.nullInputStream());
    }
    try {
      feed.bring(decoder);
    } catch (InterruptedException e) {
      // The restore has been given up; nobody waits for this file any more.
      Thread.currentThread().interrupt();
    }
    decoders.push(decoder);
  }

  private void apply(LtxFile file) throws IOException, InterruptedException {
    LtxFeed feed = ahead.remove();
    pool.turnTo(feed.number());
    boolean begun = false;
    boolean last = false;
    while (!last) {
      Chunk chunk = take(feed, file);
      LtxRun run = chunk.pages;
      if (!begun) {
        require(chain.begin(file, run.header()), file);
        pages.expect(run.header().pages() * run.header().pageSize());
        begun = true;
      }
      require(chain.add(run), file);
      write(chunk, run);
      progress.within(chunk.compressedBytes);
      last = chunk.last;
      if (last) {
        require(chain.end(file.last(), run.checksumAfter), file);
        resize(chain.pages() * chain.pageSize());
      }
      pool.giveBack(chunk);
    }
    progress.done(file.size());
  }

  private void write(Chunk chunk, LtxRun run) throws TargetException {
    try {
      pages.write(chunk.bytes, run, run.header().pageSize());
    } catch (IOException e) {
      throw new TargetException(e);
    }
  }

  private void resize(long bytes) throws TargetException {
    try {
      pages.resize(bytes);
    } catch (IOException e) {
      throw new TargetException(e);
    }
  }

  private void require(Optional<String> damage, LtxFile file) throws RestoreException {
    if (damage.isPresent()) {
      throw LtxDamage.of(plan, file, damage.get(), null);
    }
  }

  private Chunk take(LtxFeed feed, LtxFile file) throws IOException, InterruptedException {
    Chunk chunk = feed.next();
    Throwable failure = chunk.failure;
    if (failure instanceof LtxFormatException e) {
      throw LtxDamage.of(plan, file, String.valueOf(e.getMessage()), e);
    }
    if (failure instanceof IOException e) {
      throw e;
    }
    if (failure != null) {
      throw new IllegalStateException("cannot read " + file.key(), failure);
    }
    return chunk;
  }

  /** Ends the workers, and waits until they are gone. */
  @Override
  public void close() {
    workers.close();
  }
}
