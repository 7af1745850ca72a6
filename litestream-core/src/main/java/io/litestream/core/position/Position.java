package io.litestream.core.position;

import static java.util.Objects.requireNonNull;

/**
 * A point in one generation's WAL: everything before it is included. Positions of one generation
 * are ordered by index, then offset; those of different generations have no order.
 *
 * @param index number of the WAL file within the generation, from 0 to {@link #MAX_INDEX}; a new
 *     one begins each time SQLite restarts the WAL
 * @param offset bytes from the start of that WAL file; 0, or the end of a frame
 */
public record Position(Generation generation, int index, long offset) {

  /** The last index; a WAL restart after it begins a new generation. */
  public static final int MAX_INDEX = 0x7FFFFFFF;

  public Position {
    requireNonNull(generation, "generation");
    if (index < 0 || offset < 0) {
      throw new IllegalArgumentException("negative index or offset: " + index + ":" + offset);
    }
  }

  /** The same index, at another offset. */
  public Position at(long newOffset) {
    return new Position(generation, index, newOffset);
  }

  /** The beginning of another index. */
  public Position startOf(int newIndex) {
    return new Position(generation, newIndex, 0);
  }

  /**
   * Whether all that another position includes is included here: it is of the same generation, and
   * no further.
   */
  public boolean covers(Position other) {
    return generation.equals(other.generation)
        && (index > other.index || (index == other.index && offset >= other.offset));
  }

  /** As the peer prints it: {@code 4c994ccc40a5ba03/00000000:16512}. */
  @Override
  public String toString() {
    return generation + "/" + indexText(index) + ":" + offset;
  }

  /** An index as people see it and as names hold it: 8 hexadecimal digits. */
  public static String indexText(int index) {
    return String.format("%08x", index);
  }
}
