/**
 * The contract suite that a replica adapter must pass, proxies that break connections to a real
 * server, and a store for tests that keeps everything in memory.
 *
 * <p><b>Testing an adapter.</b> Each class named {@code …Contract} holds the tests of one subject;
 * their names begin with the number of the rule, of R1 to R11 ({@link
 * io.litestream.spi.ReplicaStore}, {@link io.litestream.spi.ExclusiveWrites}). An adapter's test
 * class extends one of them and says how its store is opened; what an adapter's store can be made
 * to do beyond that, such as deny a delete, it declares as a {@link
 * io.litestream.testkit.Capability}. A test that needs more than what is declared is reported as
 * skipped, with the reason.
 *
 * <p><b>Testing over real sockets.</b> {@link io.litestream.testkit.HttpFaultProxy} stands between
 * an adapter and the server of its tests, counts the requests, and delays, cuts, refuses or
 * swallows those that it is told to; {@link io.litestream.testkit.TcpFaultProxy} does the same with
 * whole connections, whatever they carry.
 *
 * <p><b>Testing what uses a store.</b> {@link io.litestream.testkit.InMemoryStore} keeps the same
 * rules and fails, waits or denies when it is told to.
 */
@NullMarked
package io.litestream.testkit;

import org.jspecify.annotations.NullMarked;
