package io.litestream.core.replica;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Where the WAL before a segment's ended: a note (see {@link io.litestream.core.codec}) behind the
 * first segment of an index. Nothing else in a replica tells the length of an index; without it, an
 * index whose last segments are missing as a whole looks complete. The peer writes no notes, and
 * passes over them.
 *
 * <pre>
 *  0  "prev-end", 8 bytes
 *  8  end of the last frame of the index before, in bytes from the start of its WAL, 8 bytes
 * </pre>
 *
 * @param end the offset at which the index before ended, for good
 */
public record PreviousIndex(long end) {

  private static final byte[] NAME = "prev-end".getBytes(StandardCharsets.US_ASCII);

  public PreviousIndex {
    if (end < 0) {
      throw new IllegalArgumentException("negative offset: " + end);
    }
  }

  /** As {@link io.litestream.core.codec.Lz4OutputStream} takes it. */
  public byte[] toNote() {
    return ByteBuffer.allocate(NAME.length + Long.BYTES).put(NAME).putLong(end).array();
  }

  /** Reads a note; empty if it is of another kind. */
  public static Optional<PreviousIndex> parse(byte[] note) {
    ByteBuffer buffer = ByteBuffer.wrap(note);
    if (note.length != NAME.length + Long.BYTES
        || !buffer.slice(0, NAME.length).equals(ByteBuffer.wrap(NAME))
        || buffer.getLong(NAME.length) < 0) {
      return Optional.empty();
    }
    return Optional.of(new PreviousIndex(buffer.getLong(NAME.length)));
  }
}
