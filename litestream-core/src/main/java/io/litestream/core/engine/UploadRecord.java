package io.litestream.core.engine;

import io.litestream.core.age.AgeKeys;
import io.litestream.core.position.Position;
import io.litestream.core.replica.ObjectFingerprint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What an encrypted replica was sent last, on this machine's disk: where a restart can read what it
 * cannot read in the replica without an identity. Written once for each upload, durably, after the
 * object's last byte went out and before its commit makes it visible. So at any instant the newest
 * segment in the replica that came from here is one of the entries:
 *
 * <ul>
 *   <li>killed before the commit: the one before, whose entry is kept as long as it is the last
 *       that is known to have arrived;
 *   <li>killed after it: the new one.
 * </ul>
 *
 * <p>The file has {@value #SLOTS} slots of one line each, which are written over in turn: a torn
 * line is none, and the others are whole. Several tries of one upload, whose commits failed, take
 * several slots; each may have arrived all the same. Used by one thread.
 */
final class UploadRecord {

  private static final int SLOTS = 4;

  private final Path path;
  private final String recipients;
  private final List<Optional<UploadEntry>> slots = new ArrayList<>();

  /** The slot of the last upload that is known to have arrived; -1 if there is none. */
  private int confirmed = -1;

  /** The slot that was written last; -1 if there is none. */
  private int written = -1;

  private UploadRecord(Path path, String recipients) {
    this.path = path;
    this.recipients = recipients;
  }

  /** Reads what was recorded. */
  static UploadRecord open(Path path, AgeKeys keys) throws IOException {
    UploadRecord record = new UploadRecord(path, fingerprint(keys.recipients()));
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      for (int slot = 0; slot < SLOTS; slot++) {
        ByteBuffer line = ByteBuffer.allocate(UploadEntry.LINE_BYTES);
        long at = (long) slot * UploadEntry.LINE_BYTES;
        while (line.hasRemaining() && channel.read(line, at + line.position()) >= 0) {
          // until the slot, or the file, ends
        }
        record.slots.add(UploadEntry.parse(line.array()));
      }
    }
    return record;
  }

  private static String fingerprint(List<String> recipients) {
    String sorted = String.join("\n", recipients.stream().distinct().sorted().toList());
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(sorted.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** Whether anything of that size and start was sent. */
  boolean mayKnow(Position start, long storedSize) {
    return endOf(start, storedSize).isPresent();
  }

  /** The offset after what was sent with that size and start; empty if nothing was. */
  OptionalLong endOf(Position start, long storedSize) {
    return slots.stream()
        .flatMap(Optional::stream)
        .filter(entry -> entry.startsAt(start) && entry.stored().size() == storedSize)
        .mapToLong(UploadEntry::end)
        .findFirst();
  }

  /** The entry of that object, which is then known to have arrived. */
  Optional<UploadEntry> arrived(Position start, ObjectFingerprint stored) {
    for (int slot = 0; slot < SLOTS; slot++) {
      Optional<UploadEntry> entry = slots.get(slot);
      if (entry.isPresent() && entry.get().startsAt(start) && entry.get().stored().equals(stored)) {
        confirmed = slot;
        written = slot;
        return entry;
      }
    }
    return Optional.empty();
  }

  /** Whether an entry was encrypted for those who are recipients now. */
  boolean isForPresentRecipients(UploadEntry entry) {
    return entry.recipients().equals(recipients);
  }

  /**
   * Records what is about to become visible.
   *
   * @throws IOException if it cannot be written; what was known before stays known
   */
  void expect(Position start, long end, ObjectFingerprint stored, String mark) throws IOException {
    int slot = (written + 1) % SLOTS;
    if (slot == confirmed) {
      slot = (slot + 1) % SLOTS;
    }
    written = slot;
    UploadEntry entry =
        new UploadEntry(start.index(), start.offset(), end, stored, mark, recipients);
    slots.set(slot, Optional.empty());
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      ByteBuffer line = ByteBuffer.wrap(entry.toLine());
      long at = (long) slot * UploadEntry.LINE_BYTES;
      while (line.hasRemaining()) {
        channel.write(line, at + line.position());
      }
      channel.force(false);
    }
    slots.set(slot, Optional.of(entry));
  }

  /** What was recorded last has arrived. */
  void confirm() {
    confirmed = written;
  }
}
