package io.litestream.core.layout;

import io.litestream.core.position.Generation;
import io.litestream.core.position.Position;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Keys of the objects of a replica. */
public final class ReplicaLayout {

  /** Below this prefix lies one "directory" for each generation. */
  public static final String GENERATIONS = "generations/";

  private static final Pattern SNAPSHOT = Pattern.compile("([0-9a-f]{8})\\.snapshot\\.lz4");
  private static final Pattern SEGMENT =
      Pattern.compile("([0-9a-f]{8})_([0-9a-f]{8,16})\\.wal\\.lz4");
  private static final String FIRST_SEGMENT = "_00000000.wal.lz4";

  private ReplicaLayout() {}

  /** The prefix of everything that belongs to a generation. */
  public static String generationPrefix(Generation generation) {
    return GENERATIONS + generation.name() + "/";
  }

  /** The prefix of a generation's snapshots. */
  public static String snapshotPrefix(Generation generation) {
    return generationPrefix(generation) + "snapshots/";
  }

  /** The prefix of a generation's segments. */
  public static String segmentPrefix(Generation generation) {
    return generationPrefix(generation) + "wal/";
  }

  /** The key of the snapshot that the WAL of an index continues. */
  public static String snapshotKey(Generation generation, int index) {
    return snapshotPrefix(generation) + Position.indexText(index) + ".snapshot.lz4";
  }

  /** The key of the segment that begins at a position. */
  public static String segmentKey(Position start) {
    return segmentPrefix(start.generation())
        + Position.indexText(start.index())
        + "_"
        + String.format("%08x", start.offset())
        + ".wal.lz4";
  }

  /** Whether the key is that of a segment with which an index begins. */
  public static boolean isFirstSegment(String key) {
    return key.endsWith(FIRST_SEGMENT);
  }

  /**
   * A text before every segment of an index, and after all those of lower ones: where a listing
   * starts that is to see only what comes from that index on.
   */
  public static String beforeSegmentsOf(Generation generation, int index) {
    return segmentPrefix(generation) + Position.indexText(index);
  }

  /** The generation that a common prefix below {@link #GENERATIONS} names. */
  public static Optional<Generation> parseGeneration(String prefix) {
    if (!prefix.startsWith(GENERATIONS) || !prefix.endsWith("/")) {
      return Optional.empty();
    }
    String name = prefix.substring(GENERATIONS.length(), prefix.length() - 1);
    return Generation.isName(name) ? Optional.of(new Generation(name)) : Optional.empty();
  }

  /** The index of the snapshot of that key, if the key is one of this generation's snapshots. */
  public static Optional<Integer> parseSnapshot(Generation generation, String key) {
    return match(SNAPSHOT, snapshotPrefix(generation), key).flatMap(m -> index(m.group(1)));
  }

  /** The position at which the segment of that key begins, if it is one of this generation's. */
  public static Optional<Position> parseSegment(Generation generation, String key) {
    return match(SEGMENT, segmentPrefix(generation), key)
        .flatMap(
            m -> {
              long offset = Long.parseUnsignedLong(m.group(2), 16);
              return offset < 0
                  ? Optional.empty()
                  : index(m.group(1)).map(index -> new Position(generation, index, offset));
            });
  }

  private static Optional<Matcher> match(Pattern pattern, String prefix, String key) {
    if (!key.startsWith(prefix)) {
      return Optional.empty();
    }
    Matcher matcher = pattern.matcher(key.substring(prefix.length()));
    return matcher.matches() ? Optional.of(matcher) : Optional.empty();
  }

  private static Optional<Integer> index(String digits) {
    int index = Integer.parseUnsignedInt(digits, 16);
    return index < 0 ? Optional.empty() : Optional.of(index);
  }
}
