package io.litestream.core.engine;

import io.litestream.core.position.Position;
import io.litestream.core.replica.ObjectFingerprint;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * One segment that a replica was sent: what is in it, without having to decrypt it.
 *
 * @param index and {@code offset}: the position at which it starts
 * @param end the offset after it
 * @param stored the encrypted object
 * @param mark of the shadow file at its end, see {@link WalMark}
 * @param recipients for whom it is encrypted, see {@link UploadRecord}
 */
record UploadEntry(
    int index, long offset, long end, ObjectFingerprint stored, String mark, String recipients) {

  /** Room for the largest numbers, and some to spare. */
  static final int LINE_BYTES = 320;

  private static final int FIELDS = 8;

  /** Whether it starts there. */
  boolean startsAt(Position start) {
    return index == start.index() && offset == start.offset();
  }

  /** A line of {@value #LINE_BYTES} bytes, the last of which ends it. */
  byte[] toLine() {
    String facts =
        String.join(
            " ",
            Position.indexText(index),
            Long.toString(offset),
            Long.toString(end),
            Long.toString(stored.size()),
            stored.sha256(),
            mark,
            recipients);
    String line = facts + " " + checksum(facts);
    return (line + " ".repeat(LINE_BYTES - 1 - line.length()) + "\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  /** Reads a line; empty if it was torn, or never written. */
  static Optional<UploadEntry> parse(byte[] bytes) {
    String line = new String(bytes, StandardCharsets.US_ASCII).strip();
    int last = line.lastIndexOf(' ');
    if (last < 0 || !line.substring(last + 1).equals(checksum(line.substring(0, last)))) {
      return Optional.empty();
    }
    String[] fields = line.split(" ", -1);
    if (fields.length != FIELDS) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new UploadEntry(
              Integer.parseInt(fields[0], 16),
              Long.parseLong(fields[1]),
              Long.parseLong(fields[2]),
              new ObjectFingerprint(Long.parseLong(fields[3]), fields[4]),
              fields[5],
              fields[6]));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static String checksum(String facts) {
    CRC32C crc = new CRC32C();
    crc.update(facts.getBytes(StandardCharsets.US_ASCII));
    return "%08x".formatted(crc.getValue());
  }
}
