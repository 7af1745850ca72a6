package io.litestream.replica.s3;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The bytes of one part, in pieces: most objects are much smaller than a part, and take no more
 * memory than they need. Filled by one thread; read by the one that sends it, more than once if a
 * request is repeated.
 */
final class PartBuffer {

  private static final int PIECE = 64 << 10;

  private final List<byte[]> pieces = new ArrayList<>();
  private int size;

  int size() {
    return size;
  }

  void append(byte[] source, int offset, int length) {
    int done = 0;
    while (done < length) {
      int at = size % PIECE;
      if (size / PIECE == pieces.size()) {
        pieces.add(new byte[PIECE]);
      }
      int count = Math.min(PIECE - at, length - done);
      System.arraycopy(source, offset + done, pieces.get(size / PIECE), at, count);
      size += count;
      done += count;
    }
  }

  /** All of it, from its first byte. Not to be changed meanwhile. */
  InputStream newStream() {
    List<InputStream> streams = new ArrayList<>();
    for (int at = 0; at < size; at += PIECE) {
      streams.add(new ByteArrayInputStream(pieces.get(at / PIECE), 0, Math.min(PIECE, size - at)));
    }
    return new SequenceInputStream(Collections.enumeration(streams));
  }

  /** Makes it empty; the memory stays, for the next part. */
  void clear() {
    size = 0;
  }
}
