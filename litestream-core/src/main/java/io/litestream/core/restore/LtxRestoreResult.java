package io.litestream.core.restore;

import io.litestream.core.position.TxId;
import java.time.Duration;

/**
 * What a restore from a replica of Litestream v0.5 has done.
 *
 * @param replica name of the replica that it came from
 * @param txId the last transaction that the database holds
 * @param databaseBytes size of the database
 * @param pageSize bytes
 * @param files how many LTX files were applied
 * @param checksumProved whether the whole database matches the checksum that its writer has kept.
 *     v0.5 keeps none: each file's own checksum, and that no transaction is missing between them,
 *     is verified in any case
 * @param checked what SQLite was asked in the end: never {@code AUTO}
 */
public record LtxRestoreResult(
    String replica,
    TxId txId,
    long databaseBytes,
    int pageSize,
    int files,
    Duration elapsed,
    boolean checksumProved,
    IntegrityCheck checked) {}
