package io.litestream.core.restore;

import io.litestream.core.ltx.LtxHeader;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Pages of an LTX file, one after the other in a chunk. Used by one thread at a time. */
final class LtxRun implements PageRun {

  private long[] numbers = new long[0];
  private int count;
  private @Nullable LtxHeader header;

  /** What the file says of the database after it; known with its last page. */
  OptionalLong checksumAfter = OptionalLong.empty();

  /** Empties the run, and says what file its pages will be of. */
  void begin(LtxHeader ofFile) {
    header = ofFile;
    count = 0;
    checksumAfter = OptionalLong.empty();
    if (numbers.length < room()) {
      numbers = new long[room()];
    }
  }

  /** How many pages fit into a chunk. */
  int room() {
    return Chunk.SIZE / header().pageSize();
  }

  /** Where the next page's bytes begin. */
  int end() {
    return count * header().pageSize();
  }

  void add(long number) {
    numbers[count++] = number;
  }

  LtxHeader header() {
    LtxHeader known = header;
    if (known == null) {
      throw new IllegalStateException("the run has not begun");
    }
    return known;
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
    return i * header().pageSize();
  }
}
