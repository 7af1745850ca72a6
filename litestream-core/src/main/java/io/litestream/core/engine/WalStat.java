package io.litestream.core.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Clock;

/**
 * Size and time of a WAL file at a moment: what an idle database costs.
 *
 * @param size in bytes; -1 if there is no file
 * @param modified in milliseconds since 1970
 * @param seen when this was looked up, in milliseconds since 1970
 */
record WalStat(long size, long modified, long seen) {

  static final WalStat ABSENT = new WalStat(-1, 0, 0);

  /** Coarser than any kernel's file time. */
  private static final long GRAIN_MILLIS = 20;

  static WalStat of(Path wal, Clock clock) {
    try {
      BasicFileAttributes attributes = Files.readAttributes(wal, BasicFileAttributes.class);
      return new WalStat(
          attributes.size(), attributes.lastModifiedTime().toMillis(), clock.millis());
    } catch (IOException e) {
      return ABSENT;
    }
  }

  /** Whether there was a file. An open database has one, unless somebody deleted it. */
  boolean isPresent() {
    return size >= 0;
  }

  /**
   * Whether the file had been written to so shortly before the look that a later write may bear the
   * same time.
   */
  boolean isFresh() {
    return seen - modified < GRAIN_MILLIS && isPresent();
  }

  /** Whether another look saw the same. */
  boolean sameAs(WalStat other) {
    return size == other.size && modified == other.modified;
  }
}
