package io.litestream.core.restore;

import io.litestream.core.replica.PreviousIndex;
import io.litestream.core.wal.WalHeader;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Up to about 1 MiB of an object's decompressed bytes, on its way from the worker that fetched it
 * to the thread that writes the database. Recycled by {@link ChunkPool}; belongs to one thread at a
 * time.
 */
final class Chunk {

  /** The most bytes of a snapshot, or of whole frames. */
  static final int SIZE = 1 << 20;

  final byte[] bytes;

  /** What a worker has found out about WAL; meaningless for a snapshot's chunk. */
  final FrameRun frames = new FrameRun();

  /** Of an LTX file: the pages in this chunk; meaningless for any other. */
  final LtxRun pages = new LtxRun();

  int length;

  /** Whether the object ends with this chunk; its own checksum was right then. */
  boolean last;

  /** How many compressed bytes of the object had been read when this chunk was full. */
  long compressedBytes;

  /** Whether the object carries a checksum of its content. */
  boolean checksummed;

  /** What the object says of the index before it; known with its last chunk. */
  Optional<PreviousIndex> previous = Optional.empty();

  /** Why there is nothing in this chunk, if there is not; it is then none of the pool's. */
  final @Nullable Throwable failure;

  /** A chunk to be filled, with room for a WAL header in front of the frames. */
  Chunk() {
    bytes = new byte[SIZE + WalHeader.SIZE];
    failure = null;
  }

  /** The end of an object that could not be brought. */
  Chunk(Throwable failure) {
    bytes = new byte[0];
    this.failure = failure;
  }
}
