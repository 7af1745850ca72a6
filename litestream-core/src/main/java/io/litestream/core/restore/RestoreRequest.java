package io.litestream.core.restore;

import static java.util.Objects.requireNonNull;

import io.litestream.core.position.Generation;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What to restore, and where to.
 *
 * @param output where the database is to appear; must not exist
 * @param generation empty: the one that was updated last
 * @param index the last WAL index to apply, inclusive; empty: all
 * @param timestamp only what was in the replica at that time, inclusive; empty: all
 * @param parallelism how many objects are fetched at once, from 1
 */
public record RestoreRequest(
    Path output,
    Optional<Generation> generation,
    OptionalInt index,
    Optional<Instant> timestamp,
    int parallelism,
    IntegrityCheck integrityCheck) {

  /** How many objects are fetched at once, if nothing else is said. */
  public static final int DEFAULT_PARALLELISM = 8;

  public RestoreRequest {
    requireNonNull(output, "output");
    requireNonNull(generation, "generation");
    requireNonNull(index, "index");
    requireNonNull(timestamp, "timestamp");
    requireNonNull(integrityCheck, "integrityCheck");
    if (index.isPresent() && index.getAsInt() < 0) {
      throw new IllegalArgumentException("negative index: " + index.getAsInt());
    }
    if (index.isPresent() && timestamp.isPresent()) {
      throw new IllegalArgumentException(
          "an index and a timestamp cannot both say where a restore is to end");
    }
    if (parallelism < 1) {
      throw new IllegalArgumentException("parallelism is at least 1, not " + parallelism);
    }
  }

  /** Everything that the newest generation holds. */
  public static RestoreRequest of(Path output) {
    return new RestoreRequest(
        output,
        Optional.empty(),
        OptionalInt.empty(),
        Optional.empty(),
        DEFAULT_PARALLELISM,
        IntegrityCheck.AUTO);
  }
}
