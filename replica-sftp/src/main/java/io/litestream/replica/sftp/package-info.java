/**
 * Keeps replicas in a directory of an SFTP server (SSH File Transfer Protocol, version 3): type and
 * URL scheme {@code sftp}. A key is the path of a file below the root, so no key can also be a
 * prefix of others.
 *
 * <p><b>Writing</b>, and what is left if it ends between two steps:
 *
 * <ol>
 *   <li>Make the directories that are missing, for the owner alone. If it ends here: empty
 *       directories, which no listing shows.
 *   <li>Write a file {@code .litestream-<16 hex digits>.tmp} in the object's directory. If it ends
 *       here: that file. No listing shows it and no key can have its name. This store removes it
 *       once the server can be reached again; the first writer of another process that comes to the
 *       directory removes it once it is a day old.
 *   <li>Force the file, with {@code fsync@openssh.com} where the server has it.
 *   <li>Rename it into place with {@code posix-rename@openssh.com}, which replaces in one step. A
 *       server without it is told to rename, which it refuses if the object exists; then the commit
 *       fails, because there is no way that does not lose the object for a moment.
 * </ol>
 *
 * <p>The protocol has no means to force a directory: whether a rename survives a power failure of
 * the server is up to the server's file system.
 *
 * <p><b>Connections.</b> A store has one, which all its calls share; it is made when it is needed
 * and again after it was lost. A call that finds it lost, having been in use before, is made once
 * more on a new one. A server that does not answer is given up, see {@link
 * io.litestream.replica.sftp.Patience}.
 *
 * <p>No type of the SSH library is loaded before a store is opened.
 */
@NullMarked
package io.litestream.replica.sftp;

import org.jspecify.annotations.NullMarked;
