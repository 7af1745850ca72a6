package io.litestream.core.restore;

import io.litestream.core.position.Position;
import java.time.Duration;

/**
 * What a restore has done.
 *
 * @param replica name of the replica that it came from
 * @param position the end of the last transaction that the database holds
 * @param databaseBytes size of the database
 * @param pageSize bytes
 * @param walIndexes how many WAL indexes were applied
 * @param segments how many segments were applied
 * @param chainProved whether checksums alone prove that nothing is missing up to the position. They
 *     cannot if an index that another one follows does not have its length told, as none that the
 *     peer has written; nor for a bare snapshot, for one without a checksum, and for a timestamp
 *     within the index that a snapshot was taken in (see {@link io.litestream.core.restore package
 *     description})
 * @param checked what SQLite was asked in the end: never {@code AUTO}
 */
public record RestoreResult(
    String replica,
    Position position,
    long databaseBytes,
    int pageSize,
    int walIndexes,
    int segments,
    Duration elapsed,
    boolean chainProved,
    IntegrityCheck checked) {}
