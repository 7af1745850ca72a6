/**
 * Restores a database from a replica.
 *
 * <p><b>Choosing.</b> {@link io.litestream.core.restore.Restorer#plan} lists, {@link
 * io.litestream.core.restore.RestorePlan} decides:
 *
 * <ol>
 *   <li>The generation: the one asked for; else, of those that have a snapshot, the one with the
 *       newest object; an index counts within that one. With a timestamp, the newest of those whose
 *       time from the first snapshot to the newest object contains it; if none does, the time lies
 *       after everything or between two generations, and the last state before it is meant. Times
 *       are the stores' own: within one store they compare; between stores they are as good as the
 *       stores' clocks. Of two with newest objects of the same time, the one that began later.
 *   <li>The replica, if several have that generation: the one whose WAL goes furthest, whatever
 *       their clocks say; with a timestamp, the one that was updated last; of equals the first.
 *   <li>The snapshot: the newest that is not after the asked-for index or time.
 *   <li>The segments from that index's beginning to the last one wanted. A timestamp ends them
 *       before the first one, in the order of positions, that is younger.
 * </ol>
 *
 * A generation that has WAL but no snapshot yet is passed over. Only what is needed is listed: of
 * each generation the snapshots, and the segments from the chosen snapshot on.
 *
 * <p><b>A time within the snapshot's own index.</b> A snapshot is a copy of the database file from
 * some moment within its index, and may hold pages of any part of it up to there; it is a
 * consistent database only together with that part. This project makes a snapshot visible when that
 * part is in the replica already. The peer uploads the snapshot first: a timestamp between its
 * snapshot and the segments after it can cut that part short, and nothing in the replica tells. So
 * a restore to a time within the snapshot's index is not taken for proved, and {@code AUTO} asks
 * SQLite.
 *
 * <p><b>Restoring.</b>
 *
 * <ol>
 *   <li>Refuse a target that exists, or has a {@code -wal}, {@code -shm} or {@code -journal} of
 *       another database beside it. Make missing parent directories.
 *   <li>Remove temporary files of restores to the same path whose process was killed ({@code
 *       KilledRestores}).
 *   <li>Create {@code .<name>.<random>.tmp} beside it, for its owner only (0600, which is also what
 *       the peer gives a restored file; whoever shares it with a group changes that). Lock it.
 *   <li>Write pages into it, from the last segment back to the first, and then the snapshot's: of
 *       each page only the newest version ({@code NewestPages}), while workers bring the next
 *       objects ahead. No WAL is ever written, and SQLite is not needed. Long histories rewrite the
 *       same pages again and again; this way the disk sees them once.
 *   <li>Go through the chain of all frames, from the first to the last ({@code WalChain}), which
 *       proves every byte that was written; an object's own checksum proves the snapshot. Give the
 *       file the size that the last commit says.
 *   <li>If the frames at the very end belong to no commit, do it once more up to the last commit.
 *   <li>Force the file to disk; ask SQLite, if there is a doubt or a wish.
 *   <li>Link it to its name, which fails if something has appeared there; unlink the temporary
 *       name; force the directory.
 * </ol>
 *
 * If anything fails before the link, the temporary file and the directories that were made are
 * removed: nothing is left but what was there. A process that is killed leaves the temporary file,
 * which the next restore to that path removes.
 *
 * <p><b>Segments that overlap.</b> If the peer is ended while it uploads, it uploads the same part
 * a second time, under the same key, with what has been written since, although the part after the
 * first one is in the replica already. A segment counts up to where the next one begins.
 *
 * <p><b>What is proved.</b> Each index has a valid WAL header; each frame has its salts and
 * continues its checksums, across segments; segments join without a gap; page sizes agree; each
 * index's header is the successor of the one before; an index that another one follows ends with a
 * commit. That proves everything but one thing: that such an index had no further commits, whose
 * segments are missing as a whole. The format does not tell an index's length, so this project
 * notes it behind the next index's first segment ({@link
 * io.litestream.core.replica.PreviousIndex}), with the last checksum, which tells that index from
 * any other. A restore to a time that ends with an index reads the note of the next one as well.
 * The peer writes no notes: a restore over more than one index of its WAL is not taken for proved,
 * and {@code AUTO} asks SQLite. If an index was asked for, what is left of it is restored. The
 * missing end of the last index of all is no damage that anything could tell: the restore gives an
 * earlier commit.
 *
 * <p><b>What Litestream v0.5 has written</b>, LTX files, is restored by {@link
 * io.litestream.core.restore.LtxRestorer} in the same way, with these differences:
 *
 * <ol>
 *   <li>{@link io.litestream.core.restore.LtxPlan} begins with the newest snapshot that is not
 *       after the wanted point; then, of the files of all levels that go on from the state reached,
 *       it takes the one that leads furthest, of two equals the most compacted. A transaction that
 *       was asked for is reached exactly, or not at all: compaction leaves only some of them. A gap
 *       between the state reached and a later file that is wanted, is damage.
 *   <li>Time is what a file's header says its last transaction was made at, whatever store it is
 *       in. Only a timestamp makes it matter, and then the headers of a few files are read.
 *   <li>Each file is applied as a whole, in order. Its checksum, its name, its page size, that it
 *       continues the state before, and that no page is missing by which the database grows, are
 *       verified; its pages are written before its checksum is known, into the temporary file.
 *   <li>v0.5 compacts and removes files while one reads. If a planned file is gone, the rest of the
 *       way is planned anew, from the state reached to the same last transaction.
 *   <li>If database checksums are kept, the finished file is compared with the last one. v0.5 does
 *       not keep them, so {@code AUTO} asks SQLite.
 * </ol>
 */
@NullMarked
package io.litestream.core.restore;

import org.jspecify.annotations.NullMarked;
