/**
 * Who may write to a replica: decided from values alone, see docs/lease.md.
 *
 * <p>A lease is a sequence of objects {@code lease/EPOCH}, each made by whoever got there first
 * ({@link io.litestream.spi.ExclusiveWrites}). The newest tells who holds it. Taking it over and
 * renewing it are the same: to make the next one. No clock is compared with another machine's: the
 * holder counts from before it asked for its epoch, and whoever waits counts from when it first saw
 * that epoch, which is later.
 */
@NullMarked
package io.litestream.core.lease;

import org.jspecify.annotations.NullMarked;
