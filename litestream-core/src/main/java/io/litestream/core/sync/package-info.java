/**
 * Brings the shadow WAL of one database up to date, and checkpoints the database without losing a
 * frame. When this happens, and how often, is the engine's business.
 *
 * <p><b>A sync</b> compares WAL and shadow WAL ({@link io.litestream.core.sync.SyncDecision}) and
 * then copies what is committed ({@code WalCopy}).
 *
 * <p><b>A checkpoint</b> ({@code WalCheckpoint}) goes in steps, going by what is known because of
 * the pin ({@code PinState}). If the process dies after any of them, nothing is lost that the next
 * start would not notice:
 *
 * <ol>
 *   <li>See that the shadow WAL is level with the pin. Pin the present end of the WAL, let go of
 *       the former pin, copy, and checkpoint up to the pin. The application writes on. The WAL
 *       cannot be restarted, unless all of it was in the database file, and then it was copied.
 *   <li>Take the write lock. If it is not to be had, that was all; what was copied counts.
 *   <li>Copy the rest. The shadow file now has every frame that this WAL will ever have.
 *   <li>End the pin, checkpoint all, pin again: still under the write lock, so nothing is appended
 *       and nothing is restarted. If another reader is in the way, the checkpoint is not complete
 *       and the WAL goes on.
 *   <li>Let go of the write lock. The next write restarts the WAL. The pin, which began when all of
 *       the WAL was in the database file, keeps anybody from checkpointing the new WAL, and so from
 *       restarting it a second time.
 *   <li>Write one row, so that the restart happens now, and begin the next index.
 * </ol>
 *
 * <p>docs/checkpoint.md argues, from SQLite's locking rules, that no order of events loses a frame.
 */
@NullMarked
package io.litestream.core.sync;

import org.jspecify.annotations.NullMarked;
