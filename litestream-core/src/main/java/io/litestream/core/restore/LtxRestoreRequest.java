package io.litestream.core.restore;

import static java.util.Objects.requireNonNull;

import io.litestream.core.position.TxId;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/**
 * What to restore from a replica of Litestream v0.5, and where to.
 *
 * @param output where the database is to appear; must not exist
 * @param txId the last transaction to apply, exactly; empty: the newest
 * @param timestamp only transactions made until then, inclusive, by the clock of the machine that
 *     made them; empty: all
 * @param parallelism how many objects are fetched at once, from 1
 * @param integrityCheck what SQLite is to say; {@code AUTO} asks it unless the replica keeps
 *     database checksums, which v0.5 does not do
 */
public record LtxRestoreRequest(
    Path output,
    Optional<TxId> txId,
    Optional<Instant> timestamp,
    int parallelism,
    IntegrityCheck integrityCheck) {

  public LtxRestoreRequest {
    requireNonNull(output, "output");
    requireNonNull(txId, "txId");
    requireNonNull(timestamp, "timestamp");
    requireNonNull(integrityCheck, "integrityCheck");
    if (txId.isPresent() && timestamp.isPresent()) {
      throw new IllegalArgumentException(
          "a transaction and a timestamp cannot both say where a restore is to end");
    }
    if (parallelism < 1) {
      throw new IllegalArgumentException("parallelism is at least 1, not " + parallelism);
    }
  }

  /** The newest state that there is. */
  public static LtxRestoreRequest of(Path output) {
    return new LtxRestoreRequest(
        output,
        Optional.empty(),
        Optional.empty(),
        RestoreRequest.DEFAULT_PARALLELISM,
        IntegrityCheck.AUTO);
  }
}
