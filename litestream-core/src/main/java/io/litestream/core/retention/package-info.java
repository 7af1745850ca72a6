/**
 * What a replica keeps, and the deleting of the rest.
 *
 * <p>{@link io.litestream.core.retention.RetentionPlan} decides from what is known of a replica,
 * without looking at it; {@link io.litestream.core.retention.RetentionPass} carries a plan out. The
 * steps of a pass, each of which leaves everything that is kept restorable, wherever the process
 * dies and whichever deletes the store refuses:
 *
 * <ol>
 *   <li>Delete the snapshots that no moment to keep is restored from. A restore begins with the
 *       newest snapshot that is not after its moment: those that stay are found as before, and
 *       which of the others are gone already makes no difference.
 *   <li>A snapshot that could not be deleted counts as kept: it stays whole.
 *   <li>List the segments that no snapshot needs which is still there, and delete them, page by
 *       page. Whichever of them are gone, nothing that is kept was to be restored from them.
 *   <li>Of each index, delete the first segment last. Litestream v0.3 looks at all segments of a
 *       generation before it restores, and refuses it if one of them lies in an index whose first
 *       segment is missing, needed or not ({@code walSegmentMap} in its replica.go).
 * </ol>
 *
 * <p>A kept snapshot needs the segments of its own index, which complete it (see {@code
 * io.litestream.core.engine}); one from which the window is restored needs all later ones too.
 * Names that do not match {@link io.litestream.core.layout.ReplicaLayout} are never deleted.
 */
@NullMarked
package io.litestream.core.retention;

import org.jspecify.annotations.NullMarked;
