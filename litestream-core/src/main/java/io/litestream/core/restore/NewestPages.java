package io.litestream.core.restore;

import java.io.IOException;
import java.util.Arrays;

/**
 * Writes the newest version of each page, and no other. Is given the segments from the last to the
 * first, each from its beginning to its end, and then the snapshot: what a later segment has
 * written stays.
 *
 * <p>A checkpoint leaves the file with the size of the last commit in the WAL. A page beyond the
 * size that any later index ended with was cut away then, and is zero if the database has grown
 * again since without writing it. Used by one thread.
 */
final class NewestPages {

  private final PageWriter writer;
  private final int pageSize;
  private final Selection selection = new Selection();
  private final PageSet later = new PageSet();

  /** Pages of the segment at hand, which later chunks of it may write again. */
  private long[] own = new long[256];

  private int owns;

  /** The least size, in pages, that a later index ended with. */
  private long leastLater = Long.MAX_VALUE;

  /** The size, in pages, that the index at hand ended with; 0 if that is not known yet. */
  private long size;

  /**
   * @param lastSize the size, in pages, that the last index is to end with; 0: as its last commit
   */
  NewestPages(PageWriter writer, int pageSize, long lastSize) {
    this.writer = writer;
    this.pageSize = pageSize;
    this.size = lastSize;
  }

  /** Those pages of a run that are to be written. */
  private static final class Selection implements PageRun {
    private long[] numbers = new long[256];
    private int[] places = new int[256];
    private int count;

    void clear() {
      count = 0;
    }

    void add(long page, int place) {
      if (count == numbers.length) {
        numbers = Arrays.copyOf(numbers, 2 * count);
        places = Arrays.copyOf(places, 2 * count);
      }
      numbers[count] = page;
      places[count++] = place;
    }

    @Override
    public int pageCount() {
      return count;
    }

    @Override
    public long page(int i) {
      return numbers[i];
    }

    @Override
    public int pageAt(int i) {
      return places[i];
    }
  }

  private boolean isWanted(long page) {
    return page > 0 && page <= leastLater && (size == 0 || page <= size) && !later.contains(page);
  }

  /** The next chunk of the segment at hand. */
  void write(byte[] bytes, PageRun run) throws IOException {
    selection.clear();
    for (int i = 0; i < run.pageCount(); i++) {
      long page = run.page(i);
      if (isWanted(page)) {
        selection.add(page, run.pageAt(i));
        if (owns == own.length) {
          own = Arrays.copyOf(own, 2 * owns);
        }
        own[owns++] = page;
      }
    }
    writer.write(bytes, selection, pageSize);
  }

  /**
   * The segment at hand has been written.
   *
   * @param committedPages the size after its last commit; 0 if there is none in it
   */
  void endSegment(long committedPages) throws IOException {
    if (size == 0 && committedPages != 0) {
      size = committedPages;
      removeBeyondSize();
    }
    for (int i = 0; i < owns; i++) {
      later.add(own[i]);
    }
    owns = 0;
  }

  /** What was written before it was known that it would be cut away. */
  private void removeBeyondSize() throws IOException {
    byte[] zeros = new byte[pageSize];
    for (int i = 0; i < owns; i++) {
      if (own[i] > size) {
        selection.clear();
        selection.add(own[i], 0);
        writer.write(zeros, selection, pageSize);
      }
    }
  }

  /** All segments of the index at hand have been written. */
  void endIndex() {
    if (size != 0) {
      leastLater = Math.min(leastLater, size);
    }
    size = 0;
  }

  /**
   * The next pages of the snapshot.
   *
   * @param first the number of the first one
   */
  void writeSnapshot(byte[] bytes, int count, long first) throws IOException {
    selection.clear();
    for (int i = 0; i < count; i++) {
      if (isWanted(first + i)) {
        selection.add(first + i, i * pageSize);
      }
    }
    writer.write(bytes, selection, pageSize);
  }
}
