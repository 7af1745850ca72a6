package io.litestream.core.sync;

import io.litestream.core.position.Generation;
import io.litestream.core.shadow.MetaDirectory;
import io.litestream.core.sqlite.LiveDatabase;
import io.litestream.core.sync.SyncDecision.Reason;
import io.litestream.core.sync.WalCheckpoint.Gap;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * One database that is open for replication, with its shadow WAL. Used by one thread at a time,
 * except where it says otherwise.
 */
public final class DatabaseSync implements AutoCloseable {

  private final LiveDatabase database;
  private final MetaDirectory meta;
  private final ShadowWal shadow;
  private final WalSync wal;
  private final WalCheckpoint checkpoint;

  private DatabaseSync(LiveDatabase database, MetaDirectory meta, LongSupplier random)
      throws IOException {
    this.database = database;
    this.meta = meta;
    PinState pin = new PinState();
    this.shadow = new ShadowWal(database.path(), meta, random, pin);
    this.wal = new WalSync(database, shadow, pin);
    this.checkpoint = new WalCheckpoint(database, shadow, pin, wal);
  }

  /**
   * Opens a database that exists.
   *
   * @param random names generations
   * @throws java.nio.file.NoSuchFileException if the database does not exist
   * @throws IOException as {@link LiveDatabase#open} and {@link MetaDirectory#open}
   */
  public static DatabaseSync open(
      Path database, Path metaDirectory, Duration busyTimeout, LongSupplier random)
      throws IOException {
    // SQLite follows links, and keeps the WAL beside the file that they lead to.
    LiveDatabase live = LiveDatabase.open(database.toRealPath(), busyTimeout);
    MetaDirectory meta = null;
    try {
      meta = MetaDirectory.open(metaDirectory, database);
      return new DatabaseSync(live, meta, random);
    } catch (IOException | RuntimeException e) {
      if (meta != null) {
        meta.close();
      }
      live.close();
      throw e;
    }
  }

  /**
   * Brings the shadow WAL up to date, or some way towards it.
   *
   * @param limit about how many bytes to copy at most; a transaction is copied whole
   */
  public SyncOutcome sync(long limit) throws IOException {
    return wal.sync(limit);
  }

  /**
   * Syncs until what is committed at the beginning of this call has been copied; a writer that goes
   * on does not hold it up.
   */
  public void syncToPresentEnd() throws IOException {
    wal.syncToPresentEnd();
  }

  /**
   * Checkpoints so that the next write restarts the WAL, and begins the next index; see the package
   * for the steps.
   *
   * @param patience how long to wait for the write lock
   * @param shrink whether the WAL file is cut to what is in use
   * @param insist whether to slow the application down if it writes faster than can be checkpointed
   */
  public CheckpointOutcome checkpoint(Duration patience, boolean shrink, boolean insist)
      throws IOException {
    return checkpoint.run(patience, shrink, insist);
  }

  /**
   * Gives the pin a mark, once the WAL has been restarted under it and has grown. A checkpoint of
   * the application's needs read lock 0, and finds that it cannot have it only after it has sorted
   * all frames that it would copy: from {@code wal_autocheckpoint} on with each commit. Must not be
   * called while the database file is read for a snapshot.
   */
  public void leaveFront() throws IOException {
    checkpoint.leaveFront();
  }

  /**
   * For tests: the same.
   *
   * @param frames how many there have to be
   */
  void leaveFront(long frames) throws IOException {
    checkpoint.leaveFront(frames);
  }

  /** For tests: what else happens while a checkpoint is between two of its steps. */
  void onGap(Consumer<Gap> actions) {
    checkpoint.onGap(actions);
  }

  /**
   * Frames in the present WAL, as far as they were copied, that a checkpoint would make reusable.
   */
  public long frames() {
    return checkpoint.frames();
  }

  /** Begins a new generation with the next sync. */
  public void abandonGeneration(Reason reason) {
    shadow.abandonGeneration(reason);
  }

  /** Removes shadow files of indexes that no replica needs any more. */
  public void removeBelow(int index) throws IOException {
    shadow.removeBelow(index);
  }

  /** What the shadow WAL holds; empty before the first sync. */
  public Optional<ShadowView> view() {
    return shadow.view();
  }

  /** Why the current generation began; empty if it is older than this object. */
  public Optional<Reason> generationReason() {
    return shadow.generationReason();
  }

  /** Bytes of frames that were copied since the database was opened. */
  public long copiedBytes() {
    return wal.copiedBytes();
  }

  /** Where the shadow file of an index is. Any thread may call it. */
  public Path shadowPath(Generation of, int index) {
    return meta.shadowPath(of, index);
  }

  /** See {@link MetaDirectory#uploadRecord}. Any thread may call it. */
  public Path uploadRecord(Generation of, String replica) throws IOException {
    return meta.uploadRecord(of, replica);
  }

  /** See {@link MetaDirectory#keepDrill}. Any thread may call it. */
  public void keepDrill(String replica, byte[] text) throws IOException {
    meta.keepDrill(replica, text);
  }

  /** See {@link MetaDirectory#owner}. Any thread may call it. */
  public String owner() throws IOException {
    return meta.owner();
  }

  /** Where the database's WAL is. Any thread may call it. */
  public Path walPath() {
    return WalFile.pathOf(database.path());
  }

  /** Whether the path still leads to this database. */
  public boolean isCurrent() throws IOException {
    return database.isCurrent();
  }

  /** Size of the database file in bytes. Any thread may call it until the database is closed. */
  public long fileSize() throws IOException {
    return database.fileSize();
  }

  /** See {@link LiveDatabase#readFile}. Any thread may call it until the database is closed. */
  public int readFile(byte[] target, int length, long offset) throws IOException {
    return database.readFile(target, length, offset);
  }

  /** Releases the database; the WAL and the shadow WAL stay as they are. */
  @Override
  public void close() throws IOException {
    try (database;
        meta) {
      shadow.close();
    }
  }
}
