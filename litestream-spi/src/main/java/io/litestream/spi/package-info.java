/**
 * The storage port: what an adapter implements so that Litestream can keep replicas in its store.
 *
 * <p>An adapter is an object store and nothing more. It knows keys and bytes; what the keys mean
 * (generations, snapshots, WAL segments) is known by the engine alone. {@link
 * io.litestream.spi.ReplicaStore} states the rules R1 to R10, and {@link
 * io.litestream.spi.ExclusiveWrites} R11, for those who can keep it; the contract suite in the
 * module {@code replica-testkit} checks them and names them in its tests.
 *
 * <p>Two promises are hard to keep with most libraries: {@link io.litestream.spi.InterruptibleWait}
 * and {@link io.litestream.spi.ResumedInputStream} keep them for an adapter.
 *
 * <p>An adapter is found by {@link java.util.ServiceLoader}: list the {@link
 * io.litestream.spi.ReplicaStoreProvider} in {@code
 * META-INF/services/io.litestream.spi.ReplicaStoreProvider} and put the jar on the class path.
 */
@NullMarked
package io.litestream.spi;

import org.jspecify.annotations.NullMarked;
