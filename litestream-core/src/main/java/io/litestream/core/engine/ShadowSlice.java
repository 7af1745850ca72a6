package io.litestream.core.engine;

import io.litestream.core.position.Position;
import io.litestream.core.shadow.ShadowReader;
import io.litestream.core.wal.WalHeader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * What one segment takes from a shadow file: from a position to the end of what is there, or to the
 * first commit after {@value #LARGE} bytes, so that a long backlog goes out in pieces. Used by one
 * thread.
 */
final class ShadowSlice implements AutoCloseable {

  /** From this many bytes on, a segment ends at the next commit. */
  static final int LARGE = 16 << 20;

  private static final int CHUNK_BYTES = 1 << 18;

  private final ShadowReader file;
  private final Position start;
  private final long limit;
  private long end;

  private ShadowSlice(ShadowReader file, Position start, long limit) {
    this.file = file;
    this.start = start;
    this.limit = limit;
    this.end = start.offset();
  }

  /**
   * @param target how far the shadow WAL has been published; in files of lower indexes, everything
   *     counts
   */
  static ShadowSlice open(Path path, Position start, Position target) throws IOException {
    ShadowReader file = ShadowReader.open(path);
    try {
      long limit = start.index() < target.index() ? file.size() : target.offset();
      return new ShadowSlice(file, start, limit);
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  /** Whether nothing is left in the file. */
  boolean isEmpty() {
    return start.offset() >= limit;
  }

  /** Where it ended: the offset after the last byte that was copied. */
  long end() {
    return end;
  }

  /** Copies the bytes of the segment. */
  void copyTo(OutputStream out) throws IOException {
    int frameSize = file.header().frameSize();
    if (start.offset() == 0) {
      byte[] header = new byte[WalHeader.SIZE];
      file.read(header, header.length, 0);
      out.write(header);
      end = WalHeader.SIZE;
    }
    byte[] chunk = new byte[Math.max(CHUNK_BYTES / frameSize, 1) * frameSize];
    while (end < limit) {
      int length = (int) Math.min(chunk.length, limit - end);
      file.read(chunk, length, end);
      int cut = end + length - start.offset() >= LARGE ? lastCommit(chunk, length, frameSize) : 0;
      if (cut > 0) {
        out.write(chunk, 0, cut);
        end += cut;
        return;
      }
      out.write(chunk, 0, length);
      end += length;
    }
  }

  /** The end of the last commit among whole frames; 0 if there is none. */
  private static int lastCommit(byte[] frames, int length, int frameSize) {
    ByteBuffer buffer = ByteBuffer.wrap(frames);
    for (int at = length - frameSize; at >= 0; at -= frameSize) {
      if (buffer.getInt(at + 4) != 0) {
        return at + frameSize;
      }
    }
    return 0;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
