package io.litestream.core.restore;

import java.util.Arrays;

/** A set of page numbers: one bit each, in pieces that are made when needed. */
final class PageSet {

  /** Pages in a piece: 8 KiB of bits. */
  private static final int PIECE = 1 << 16;

  private long[][] pieces = new long[0][];

  /**
   * Adds a page.
   *
   * @param page from 0 to 2^32 - 1
   */
  void add(long page) {
    int piece = (int) (page / PIECE);
    if (piece >= pieces.length) {
      pieces = Arrays.copyOf(pieces, Math.max(piece + 1, 2 * pieces.length));
    }
    if (pieces[piece] == null) {
      pieces[piece] = new long[PIECE / Long.SIZE];
    }
    pieces[piece][(int) (page % PIECE) / Long.SIZE] |= 1L << page;
  }

  boolean contains(long page) {
    int piece = (int) (page / PIECE);
    return piece < pieces.length
        && pieces[piece] != null
        && (pieces[piece][(int) (page % PIECE) / Long.SIZE] & 1L << page) != 0;
  }
}
