package io.litestream.core.engine;

import io.litestream.core.age.AgeKeys;
import io.litestream.core.layout.ReplicaLayout;
import io.litestream.core.position.Position;
import io.litestream.core.replica.ObjectUpload;
import io.litestream.spi.ReplicaStore;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * A snapshot on its way into a replica: copied there, and not visible before it is committed. That
 * may happen only once the replica holds all WAL up to {@link #covered}, since what is in the
 * database file may be half a transaction, the rest of which is in the WAL. Keeps the database's
 * WAL from being checkpointed by us until it is closed. Used by one thread at a time.
 */
final class SnapshotUpload implements AutoCloseable {

  private static final int COPY_BYTES = 1 << 18;

  private final SnapshotHold hold;
  private final ObjectUpload object;
  private final long began = System.nanoTime();
  private long size;

  private SnapshotUpload(SnapshotHold hold, ObjectUpload object) {
    this.hold = hold;
    this.object = object;
  }

  /**
   * Copies the database. Takes the hold over: it ends with the upload, or with a failure.
   *
   * @param stopped asked again and again; breaks off when true
   */
  static SnapshotUpload copy(
      SnapshotHold hold, ReplicaStore store, AgeKeys keys, BooleanSupplier stopped)
      throws IOException {
    try {
      Position covered = hold.covered();
      String key = ReplicaLayout.snapshotKey(covered.generation(), covered.index());
      ObjectUpload object = ObjectUpload.ofSnapshot(store, keys, key);
      SnapshotUpload upload = new SnapshotUpload(hold, object);
      try {
        upload.copyDatabase(stopped);
        return upload;
      } catch (IOException | RuntimeException e) {
        closeQuietly(object, e);
        throw e;
      }
    } catch (IOException | RuntimeException e) {
      hold.close();
      throw e;
    }
  }

  private static void closeQuietly(ObjectUpload object, Exception failure) {
    try {
      object.close();
    } catch (IOException suppressed) {
      failure.addSuppressed(suppressed);
    }
  }

  private void copyDatabase(BooleanSupplier stopped) throws IOException {
    byte[] buffer = new byte[COPY_BYTES];
    long end = hold.size();
    while (size < end) {
      if (stopped.getAsBoolean()) {
        throw new InterruptedIOException("stopped while writing a snapshot");
      }
      int got = hold.read(buffer, (int) Math.min(buffer.length, end - size), size);
      if (got < 0) {
        break; // cut by a checkpoint: the WAL says what the size is
      }
      object.write(buffer, 0, got);
      size += got;
    }
    object.finish();
  }

  /** What the replica must hold before this may be committed. */
  Position covered() {
    return hold.covered();
  }

  /** Bytes of the database. */
  long size() {
    return size;
  }

  /** Time since the copying began. */
  Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - began);
  }

  /** Makes it visible. */
  void commit() throws IOException {
    object.commit();
  }

  /** Gives up what was not committed, and lets the WAL go. */
  @Override
  public void close() throws IOException {
    try {
      object.close();
    } finally {
      hold.close();
    }
  }
}
