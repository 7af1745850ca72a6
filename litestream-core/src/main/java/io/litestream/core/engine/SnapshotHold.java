package io.litestream.core.engine;

import io.litestream.core.drill.LivePages;
import io.litestream.core.position.Position;
import io.litestream.core.sync.DatabaseSync;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/**
 * Keeps a database's WAL from being checkpointed by us, and so from being restarted by anybody,
 * while a snapshot is read from its file. Others may checkpoint meanwhile, up to the pin; all that
 * they can put into the file lies before {@link #covered()}. So file and WAL up to there give a
 * committed state. May be used by any thread.
 */
final class SnapshotHold implements LivePages.Source, AutoCloseable {

  private final DatabaseSync sync;
  private final Position covered;
  private final BooleanSupplier open;
  private final Runnable release;
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * @param open whether the database has been open, and pinned, without a break until now
   */
  SnapshotHold(DatabaseSync sync, Position covered, BooleanSupplier open, Runnable release) {
    this.sync = sync;
    this.covered = covered;
    this.open = open;
    this.release = release;
  }

  /** What a replica must hold of the WAL before the snapshot may become visible in it. */
  Position covered() {
    return covered;
  }

  /** Whether what has been read up to now was under the hold: not if the database was let go. */
  boolean isValid() {
    return open.getAsBoolean();
  }

  /** Size of the database file in bytes. */
  @Override
  public long size() throws IOException {
    return sync.fileSize();
  }

  /** Reads from the database file, see {@link DatabaseSync#readFile}. */
  @Override
  public int read(byte[] target, int length, long offset) throws IOException {
    return sync.readFile(target, length, offset);
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      release.run();
    }
  }
}
