package io.litestream.core;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How often one replica is put to the test: restored, and compared with the database itself.
 *
 * @param interval from one restore drill to the next; empty: never
 * @param scratch a directory that is there, with room for the database, for what is restored;
 *     empty: the database's meta directory
 */
public record DrillOptions(Optional<Duration> interval, Optional<Path> scratch) {

  /** No drills. */
  public static final DrillOptions NONE = new DrillOptions(Optional.empty(), Optional.empty());

  public DrillOptions {
    requireNonNull(scratch, "scratch");
    interval
        .filter(each -> each.isNegative() || each.isZero())
        .ifPresent(
            each -> {
              throw new IllegalArgumentException("drill interval must be positive, not " + each);
            });
  }
}
