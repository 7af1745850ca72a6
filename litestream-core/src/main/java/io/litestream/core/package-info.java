/**
 * Replicates live SQLite databases and restores them: what an application that embeds Litestream
 * sees. {@link io.litestream.core.Litestream} replicates and restores, {@link
 * io.litestream.core.restore.Restorer} restores step by step, {@link
 * io.litestream.core.ReplicaStores} finds the adapters.
 */
@NullMarked
package io.litestream.core;

import org.jspecify.annotations.NullMarked;
