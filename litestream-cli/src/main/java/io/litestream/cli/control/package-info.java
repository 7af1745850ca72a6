/**
 * Control of a running process over a Unix domain socket: HTTP/1.1 with JSON, paths and fields as
 * in Litestream v0.5 (server.go). Whoever may write to the socket may control the process; there is
 * no other authentication.
 *
 * <p>The socket is bound under another name, in a directory that only its owner can enter, gets its
 * permissions there, and is renamed to its place: at no moment can anybody else connect. If we die
 * before the rename, an empty name is left and no process listens; after it, a socket is left that
 * nobody listens on, which the next start finds out by connecting, and replaces.
 */
@NullMarked
package io.litestream.cli.control;

import org.jspecify.annotations.NullMarked;
