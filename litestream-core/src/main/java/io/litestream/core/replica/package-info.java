/**
 * Typed reading of one replica, over the storage port: which generations, snapshots and segments
 * there are, and what they hold.
 *
 * <p>Reading a listing follows these rules:
 *
 * <ol>
 *   <li>Names that do not match {@link io.litestream.core.layout.ReplicaLayout} are passed over:
 *       they are not ours.
 *   <li>Segments are ordered by index and offset as numbers. A store lists them as text, which is
 *       another order as soon as an offset takes more than 8 digits.
 *   <li>Whoever knows an index lists from it on, so that the cost does not grow with history.
 * </ol>
 *
 * <p>Nothing here remembers anything between calls: another process may write to the replica, and
 * retention may delete from it, at any time.
 */
@NullMarked
package io.litestream.core.replica;

import org.jspecify.annotations.NullMarked;
