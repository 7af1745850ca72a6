package io.litestream.core.restore;

import io.litestream.core.age.AgeException;
import io.litestream.core.codec.Lz4FormatException;
import io.litestream.core.codec.Lz4InputStream;
import io.litestream.core.replica.PreviousIndex;
import io.litestream.core.replica.ReplicaReader;
import io.litestream.core.replica.SegmentInfo;
import io.litestream.core.replica.SnapshotInfo;
import io.litestream.core.wal.WalHeader;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * One object on its way: a worker fetches, decompresses and, if it is WAL, verifies it, chunk by
 * chunk; the restoring thread takes the chunks in order. How far a worker can be ahead is a matter
 * of {@link ChunkPool}.
 */
final class ObjectFeed {

  /**
   * Objects that are larger (compressed) are opened only when it is their turn. Others fit into
   * memory in all likelihood; a large one would be left standing half read for as long as those
   * before it take, and stores cut such connections.
   */
  static final long LARGE = 4 << 20;

  /** How often an object whose bytes broke off is opened again. */
  static final int REOPENINGS = 2;

  private static final int READ_BUFFER = 8 << 10;

  /** Opens the object that a feed brings. */
  @FunctionalInterface
  private interface Source {
    InputStream open() throws IOException;
  }

  private final Source source;
  private final long size;
  private final int number;
  private final ChunkPool pool;
  private final BlockingQueue<Chunk> ready = new LinkedBlockingQueue<>();

  /** Page size of WAL; 0 for a snapshot. */
  private final int pageSize;

  private final long until;
  private final long limit;
  private long at;

  private ObjectFeed(
      Source source,
      long size,
      int number,
      ChunkPool pool,
      long at,
      int pageSize,
      long until,
      long limit) {
    this.source = source;
    this.size = size;
    this.number = number;
    this.pool = pool;
    this.at = at;
    this.pageSize = pageSize;
    this.until = until;
    this.limit = limit;
  }

  /**
   * @param number this object's turn
   */
  static ObjectFeed ofSnapshot(
      ReplicaReader replica, SnapshotInfo snapshot, int number, ChunkPool pool) {
    return new ObjectFeed(
        () -> replica.openCompressed(snapshot), snapshot.size(), number, pool, 0, 0, 0, 0);
  }

  /**
   * @param number this object's turn
   * @param until where the next segment of the index begins; what comes from there on is left to it
   * @param limit frames that end after this offset are not to be written
   */
  static ObjectFeed ofSegment(
      ReplicaReader replica,
      SegmentInfo segment,
      int number,
      ChunkPool pool,
      int pageSize,
      long until,
      long limit) {
    return new ObjectFeed(
        () -> replica.openCompressed(segment),
        segment.size(),
        number,
        pool,
        segment.start().offset(),
        pageSize,
        until,
        limit);
  }

  /** This object's turn. */
  int number() {
    return number;
  }

  /** The next chunk, once it is there; the caller gives it back to the pool. */
  Chunk next() throws InterruptedException {
    return ready.take();
  }

  /**
   * Brings the whole object, or why not: a worker's work.
   *
   * @throws InterruptedException if the restore has been given up
   */
  void bring(Lz4InputStream decoder) throws InterruptedException {
    long start = at;
    try {
      if (size > LARGE) {
        pool.awaitTurn(number);
      }
      for (int reopenings = 0; ; reopenings++) {
        Chunk first = pool.take(number);
        try (CountingStream counting = new CountingStream(source.open())) {
          try {
            bring(decoder, counting, first, start);
            return;
          } catch (Lz4FormatException | AgeException e) {
            throw e;
          } catch (IOException e) {
            // Stores try again to open an object, but cannot do so once its bytes have begun to
            // come. Its content is the same when it is opened again: objects do not change.
            if (reopenings == REOPENINGS) {
              throw e;
            }
          }
        }
      }
    } catch (IOException | RuntimeException | Error e) {
      ready.add(new Chunk(e));
    }
  }

  private void bring(Lz4InputStream decoder, CountingStream counting, Chunk first, long start)
      throws IOException, InterruptedException {
    decoder.next(new BufferedInputStream(counting, (int) Math.min(size + 1, READ_BUFFER)));
    Chunk chunk = first;
    boolean filled = false;
    try {
      decoder.skipNBytes(at - start);
      while (true) {
        boolean last = fill(chunk, decoder, counting);
        filled = true;
        ready.add(chunk);
        if (last) {
          return;
        }
        chunk = pool.take(number);
        filled = false;
      }
    } finally {
      if (!filled) {
        pool.giveBack(chunk);
      }
    }
  }

  private boolean fill(Chunk chunk, Lz4InputStream decoder, CountingStream counting)
      throws IOException {
    int room = room();
    chunk.length = decoder.readNBytes(chunk.bytes, 0, room);
    chunk.last = chunk.length < room;
    chunk.compressedBytes = counting.count;
    chunk.checksummed = decoder.hasContentChecksum();
    chunk.previous = decoder.note().flatMap(PreviousIndex::parse);
    if (pageSize != 0) {
      chunk.frames.examine(chunk.bytes, chunk.length, at, pageSize, until, limit);
    }
    at += chunk.length;
    return chunk.last;
  }

  /** Whole frames only, so that each chunk can be verified by itself. */
  private int room() {
    if (pageSize == 0) {
      return Chunk.SIZE;
    }
    int frameSize = WalHeader.FRAME_HEADER_SIZE + pageSize;
    return (at == 0 ? WalHeader.SIZE : 0) + Chunk.SIZE / frameSize * frameSize;
  }
}
