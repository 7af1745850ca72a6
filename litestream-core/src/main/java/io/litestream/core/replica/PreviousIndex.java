package io.litestream.core.replica;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;

/**
 * How the WAL before a segment's ended: a note (see {@link io.litestream.core.codec}) behind the
 * first segment of an index. Nothing else in a replica tells the length of an index; without it, an
 * index whose last segments are missing as a whole looks complete. The peer writes no notes, and
 * passes over them.
 *
 * <pre>
 *  0  "prev-end", 8 bytes
 *  8  end of the last frame of the index before, in bytes from the start of its WAL, 8 bytes
 * 16  checksum-1 and checksum-2 of that frame, 8 bytes
 * 24  salt-1 and salt-2 of that WAL, 8 bytes
 * 32  size of the database in pages after the last commit, 4 bytes; 0 if there was none
 * 36  when its first commit was noticed, in milliseconds of Unix time, 8 bytes; 0 if not known
 * 44  when its last commit was copied, likewise
 * </pre>
 *
 * <p>Early notes end after 16 bytes. Those that are longer than 52 say more than is known here.
 *
 * @param end the offset at which the index before ended, for good
 * @param facts what else is told of it; empty in early notes
 */
public record PreviousIndex(long end, Optional<Facts> facts) {

  private static final byte[] NAME = "prev-end".getBytes(StandardCharsets.US_ASCII);
  private static final int SHORT = 16;
  private static final int SIZE = 52;

  /**
   * What is told of an index beside its length.
   *
   * @param checksum both halves of its last frame's, checksum-1 in the upper one
   * @param pages size of the database after its last commit, from 0
   * @param firstCommit when the first commit was noticed, to the millisecond; empty if not known
   * @param lastCommit when the last commit was copied
   */
  public record Facts(
      long checksum,
      int salt1,
      int salt2,
      long pages,
      Optional<Instant> firstCommit,
      Instant lastCommit) {

    public Facts {
      requireNonNull(firstCommit, "firstCommit");
      requireNonNull(lastCommit, "lastCommit");
    }
  }

  public PreviousIndex {
    requireNonNull(facts, "facts");
    if (end < 0) {
      throw new IllegalArgumentException("negative offset: " + end);
    }
  }

  /** As {@link io.litestream.core.codec.Lz4OutputStream} takes it. */
  public byte[] toNote() {
    ByteBuffer note = ByteBuffer.allocate(facts.isPresent() ? SIZE : SHORT);
    note.put(NAME).putLong(end);
    facts.ifPresent(
        told ->
            note.putLong(told.checksum())
                .putInt(told.salt1())
                .putInt(told.salt2())
                .putInt((int) told.pages())
                .putLong(told.firstCommit().map(Instant::toEpochMilli).orElse(0L))
                .putLong(told.lastCommit().toEpochMilli()));
    return note.array();
  }

  /** Reads a note; empty if it is of another kind. */
  public static Optional<PreviousIndex> parse(byte[] note) {
    ByteBuffer buffer = ByteBuffer.wrap(note);
    if ((note.length != SHORT && note.length < SIZE)
        || !buffer.slice(0, NAME.length).equals(ByteBuffer.wrap(NAME))
        || buffer.getLong(NAME.length) < 0) {
      return Optional.empty();
    }
    return Optional.of(
        new PreviousIndex(
            buffer.getLong(NAME.length),
            note.length == SHORT ? Optional.empty() : Optional.of(facts(buffer))));
  }

  private static Facts facts(ByteBuffer buffer) {
    long first = buffer.getLong(36);
    return new Facts(
        buffer.getLong(16),
        buffer.getInt(24),
        buffer.getInt(28),
        buffer.getInt(32) & 0xFFFFFFFFL,
        first == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(first)),
        Instant.ofEpochMilli(buffer.getLong(44)));
  }
}
