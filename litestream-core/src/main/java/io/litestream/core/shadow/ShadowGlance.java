package io.litestream.core.shadow;

import io.litestream.core.position.Generation;
import io.litestream.core.position.Position;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a shadow WAL holds, seen without taking its directory from the process that may be writing
 * to it.
 *
 * @param sizes of the files by their index; not empty
 * @param changedAt when the last file was written to
 */
public record ShadowGlance(
    Generation generation, SortedMap<Integer, Long> sizes, Instant changedAt) {

  /**
   * Looks.
   *
   * @param root the meta directory of a database
   * @return empty if nothing has been copied there
   */
  public static Optional<ShadowGlance> of(Path root) throws IOException {
    try {
      String name = Files.readString(root.resolve("generation"), StandardCharsets.US_ASCII).strip();
      if (!Generation.isName(name)) {
        return Optional.empty();
      }
      Path directory = root.resolve("generations").resolve(name).resolve("wal");
      SortedMap<Integer, Long> sizes = new TreeMap<>();
      Instant changed = Instant.EPOCH;
      for (int index : MetaDirectory.indexes(directory)) {
        Path file = directory.resolve(Position.indexText(index) + ".wal");
        sizes.put(index, Files.size(file));
        changed = Files.getLastModifiedTime(file).toInstant();
      }
      return sizes.isEmpty()
          ? Optional.empty()
          : Optional.of(new ShadowGlance(new Generation(name), sizes, changed));
    } catch (NoSuchFileException e) {
      return Optional.empty(); // never copied, or a file was removed while we looked
    }
  }

  /** The end of what was copied. */
  public Position end() {
    int last = sizes.lastKey();
    return new Position(generation, last, sizes.getOrDefault(last, 0L));
  }

  /** Bytes that were copied after a position; all of them, if that is of another generation. */
  public long bytesAfter(Optional<Position> position) {
    boolean same = position.isPresent() && position.get().generation().equals(generation);
    int from = same ? position.get().index() : sizes.firstKey();
    long bytes = sizes.tailMap(from).values().stream().mapToLong(Long::longValue).sum();
    return Math.max(0, same ? bytes - position.get().offset() : bytes);
  }
}
