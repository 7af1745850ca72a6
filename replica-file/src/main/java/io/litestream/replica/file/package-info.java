/**
 * Keeps replicas in a directory of a local or mounted file system: type and URL scheme {@code
 * file}. A key is the path of a file below the root, so no key can also be a prefix of others.
 *
 * <p><b>Writing</b>, and what is left if it ends between two steps:
 *
 * <ol>
 *   <li>Make the directories that are missing, for the owner alone, and force each one's parent to
 *       disk. If it ends here: empty directories, which no listing shows.
 *   <li>Write a file {@code .litestream-<16 hex digits>.tmp} in the object's directory. If it ends
 *       here: that file. No listing shows it and no key can have its name; the first writer of
 *       another process that comes to the directory removes it once it is a day old. A younger one
 *       may be at work.
 *   <li>Force the file, so that its name never stands for bytes that are not there.
 *   <li>Rename it into place. If it ends here: the object, or after a power failure what was there
 *       before; the caller was told neither.
 *   <li>Force the directory. Now the commit returns.
 * </ol>
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
