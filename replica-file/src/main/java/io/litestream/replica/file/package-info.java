/**
 * Keeps replicas in a directory of a local or mounted file system: type and URL scheme {@code
 * file}. A key is the path of a file below the root, so no key can also be a prefix of others.
 *
 * <p><b>Writing</b>, and what is left if it ends between two steps:
 *
 * <ol>
 *   <li>Before a store's first object: make the root if it is missing, then a directory {@code
 *       .litestream-<16 hex digits>.tmp} in it, with a file {@code lock} that is kept locked until
 *       the store is closed. No listing shows such a directory, and no key leads into it. If it
 *       ends here or later: that directory, with what is being written. The next store of another
 *       process that writes to the root gets the lock, and removes it. Where a file system has no
 *       locks, that happens once nothing has changed in it for a day.
 *   <li>Write a file in that directory, and force it, so that its name never stands for bytes that
 *       are not there.
 *   <li>Make the object's directories that are missing, for the owner alone, and force each one's
 *       parent to disk. If it ends here: empty directories, which no listing shows.
 *   <li>Rename the file into place. If it ends here: the object, or after a power failure what was
 *       there before; the caller was told neither.
 *   <li>Force the directory. Now the commit returns.
 * </ol>
 *
 * <p>All below the root is one file system: a rename does not lead to another. Litestream v0.3
 * looks at {@code generations/} alone, and does not see the directories of writers.
 *
 * <p><b>Deleting</b> removes the file, then the directories that have become empty. It is not
 * forced to disk: after a power failure an object may be there again, to be deleted again.
 *
 * <p><b>Links.</b> The root may be one, or lie behind one. Below the root they are not followed,
 * nor listed: what was written through one would be somewhere else.
 */
@NullMarked
package io.litestream.replica.file;

import org.jspecify.annotations.NullMarked;
