/**
 * Talks to SQLite about a live database: the only package that uses JDBC. Everything that is
 * written to an application's database is written here, through SQLite: two helper tables and one
 * number in one of them.
 *
 * <p><b>File descriptors.</b> POSIX drops every lock that a process holds on a file when it closes
 * any descriptor of it (<a href="https://www.sqlite.org/howtocorrupt.html">"How To Corrupt An
 * SQLite Database File"</a>, section 2.2). So a database file is opened once per process, before
 * SQLite opens it, and then stays open ({@code OpenDatabases}); the {@code -shm} file is never
 * opened; the {@code -wal} file carries no locks and may be opened at will.
 *
 * <p><b>Closing.</b> The last connection to close checkpoints and deletes the WAL, unless it is
 * read-only: then it cannot get the lock that this takes. The connection that pins the WAL is
 * read-only and is closed last, so that the WAL is there for the next start.
 */
@NullMarked
package io.litestream.core.sqlite;

import org.jspecify.annotations.NullMarked;
