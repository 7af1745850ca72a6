package io.litestream.core.engine;

import io.litestream.core.position.Position;
import io.litestream.core.sync.DatabaseSync;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Keeps a database's WAL from being checkpointed by us, and so from being restarted by anybody,
 * while a snapshot is read from its file. Others may checkpoint meanwhile, up to the pin; all that
 * they can put into the file lies before {@link #covered()}. So file and WAL up to there give a
 * committed state. May be used by any thread.
 */
final class SnapshotHold implements AutoCloseable {

  private final DatabaseSync sync;
  private final Position covered;
  private final Runnable release;
  private final AtomicBoolean closed = new AtomicBoolean();

  SnapshotHold(DatabaseSync sync, Position covered, Runnable release) {
    this.sync = sync;
    this.covered = covered;
    this.release = release;
  }

  /** What a replica must hold of the WAL before the snapshot may become visible in it. */
  Position covered() {
    return covered;
  }

  /** Size of the database file in bytes. */
  long size() throws IOException {
    return sync.fileSize();
  }

  /** Reads from the database file, see {@link DatabaseSync#readFile}. */
  int read(byte[] target, int length, long offset) throws IOException {
    return sync.readFile(target, length, offset);
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      release.run();
    }
  }
}
