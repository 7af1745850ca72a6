package io.litestream.core.replica;

import static java.util.Objects.requireNonNull;

import io.litestream.core.position.TxId;
import java.time.Instant;

/**
 * One LTX file in a replica of Litestream v0.5: what a range of transactions has changed.
 *
 * @param key the object's key in the replica
 * @param level how far it is compacted, see {@link io.litestream.core.layout.LtxLayout}
 * @param first the first transaction
 * @param last the last transaction; the file leads to the state after it
 * @param size bytes in the replica, compressed
 * @param createdAt when it was written, by the store's clock. When its last transaction was made,
 *     only the file itself tells
 */
public record LtxFile(String key, int level, TxId first, TxId last, long size, Instant createdAt) {

  public LtxFile {
    requireNonNull(key, "key");
    requireNonNull(first, "first");
    requireNonNull(last, "last");
    requireNonNull(createdAt, "createdAt");
    if (first.compareTo(last) > 0) {
      throw new IllegalArgumentException("transactions " + first + " to " + last);
    }
  }
}
