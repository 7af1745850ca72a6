/**
 * What a restore drill needs: a directory for what is restored, the pages of a live database at one
 * position, to compare it with, and a record of how the last one ended.
 *
 * <p><b>The live pages.</b> While a {@code SnapshotHold} is held, nobody puts more of the WAL into
 * the database file than the position that it covers. So a page's content at that position is that
 * of its last frame in the shadow WAL of the position's index, up to there; and what the file has,
 * if there is no such frame. {@link io.litestream.core.drill.LivePages} reads the file once, and
 * then the frames, and keeps a digest for each page, in a file: memory does not grow with the
 * database, and the WAL is held only for so long as it takes to read the file.
 *
 * <p><b>The scratch directory</b> is for its owner only, and removed with all that is in it when
 * the drill ends, or, if the process is killed, when the same replica begins the next time.
 *
 * <p><b>The record</b> is a file in the database's meta directory, written anew beside itself,
 * forced and renamed when a drill ends. A crash leaves that of the drill before; one that is
 * damaged, or of a replica at another place, is none. Litestream v0.3 does not look there.
 */
@NullMarked
package io.litestream.core.drill;

import org.jspecify.annotations.NullMarked;
