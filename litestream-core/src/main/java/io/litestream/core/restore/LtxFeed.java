package io.litestream.core.restore;

import io.litestream.core.ltx.LtxDecoder;
import io.litestream.core.ltx.LtxFormatException;
import io.litestream.core.ltx.LtxHeader;
import io.litestream.core.replica.LtxFile;
import io.litestream.core.replica.LtxReader;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * One LTX file on its way: a worker fetches and decodes it, chunk by chunk; the restoring thread
 * takes the chunks in order. How far a worker can be ahead is a matter of {@link ChunkPool}.
 */
final class LtxFeed {

  private static final int READ_BUFFER = 64 << 10;

  private final LtxReader replica;
  private final LtxFile file;
  private final int number;
  private final ChunkPool pool;
  private final BlockingQueue<Chunk> ready = new LinkedBlockingQueue<>();

  /** How many pages have been handed over. */
  private long delivered;

  /**
   * @param number this file's turn
   */
  LtxFeed(LtxReader replica, LtxFile file, int number, ChunkPool pool) {
    this.replica = replica;
    this.file = file;
    this.number = number;
    this.pool = pool;
  }

  /** This file's turn. */
  int number() {
    return number;
  }

  /** The next chunk, once it is there; the caller gives it back to the pool. */
  Chunk next() throws InterruptedException {
    return ready.take();
  }

  /**
   * Brings the whole file, or why not: a worker's work.
   *
   * @throws InterruptedException if the restore has been given up
   */
  void bring(LtxDecoder decoder) throws InterruptedException {
    try {
      if (file.size() > ObjectFeed.LARGE) {
        pool.awaitTurn(number);
      }
      for (int reopenings = 0; ; reopenings++) {
        try (CountingStream counting = new CountingStream(replica.open(file))) {
          try {
            bring(decoder, counting);
            return;
          } catch (LtxFormatException e) {
            throw e;
          } catch (IOException e) {
            // As in ObjectFeed: the store cannot go on by itself once bytes have begun to come.
            if (reopenings == ObjectFeed.REOPENINGS) {
              throw e;
            }
          }
        }
      }
    } catch (IOException | RuntimeException | Error e) {
      ready.add(new Chunk(e));
    }
  }

  private void bring(LtxDecoder decoder, CountingStream counting)
      throws IOException, InterruptedException {
    decoder.next(new BufferedInputStream(counting, (int) Math.min(file.size() + 1, READ_BUFFER)));
    LtxHeader header = decoder.header();
    long skip = delivered;
    boolean last = false;
    while (!last) {
      Chunk chunk = pool.take(number);
      boolean filled = false;
      try {
        for (; skip > 0; skip--) {
          decoder.nextPage(chunk.bytes, 0);
        }
        last = fill(chunk, decoder, header);
        chunk.compressedBytes = counting.count;
        filled = true;
      } finally {
        if (!filled) {
          pool.giveBack(chunk);
        }
      }
      delivered += chunk.pages.pageCount();
      ready.add(chunk);
    }
  }

  private static boolean fill(Chunk chunk, LtxDecoder decoder, LtxHeader header)
      throws IOException {
    LtxRun run = chunk.pages;
    run.begin(header);
    chunk.last = false;
    while (!chunk.last && run.pageCount() < run.room()) {
      long page = decoder.nextPage(chunk.bytes, run.end());
      if (page == 0) {
        chunk.last = true;
        run.checksumAfter = decoder.after();
      } else {
        run.add(page);
      }
    }
    return chunk.last;
  }
}
