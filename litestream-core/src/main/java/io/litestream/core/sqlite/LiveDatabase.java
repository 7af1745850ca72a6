package io.litestream.core.sqlite;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A database that an application is using, while it is being replicated. Holds the pin: a read
 * transaction that keeps everybody from restarting the WAL before it has been copied. Between
 * checkpoints the pin's connection is the only one.
 *
 * <p>Used by one thread at a time, except for {@link #fileSize} and {@link #readFile}, which any
 * thread may call until the database is closed. At most one per database file and process, see the
 * package's words on file descriptors; {@link OpenDatabases} sees to that.
 */
public final class LiveDatabase implements AutoCloseable {

  private static final byte[] MAGIC = "SQLite format 3\0".getBytes(StandardCharsets.US_ASCII);

  /**
   * Pause between two tries for a lock. SQLite's own busy handler waits up to 100 ms and so starves
   * beside a writer that goes flat out, which leaves gaps of some ten microseconds.
   */
  static final long LOCK_POLL_NANOS = 50_000;

  private static final int CHECKPOINT_TRIES = 200;

  private final Path path;
  private final Duration busyTimeout;
  private final OpenDatabases.Claim claim;
  private @Nullable SqliteConnection pin;
  private boolean pinned;

  private LiveDatabase(Path path, Duration busyTimeout, OpenDatabases.Claim claim) {
    this.path = path;
    this.busyTimeout = busyTimeout;
    this.claim = claim;
  }

  /**
   * Opens a database that exists, switches it to WAL mode if it is in another, makes the helper
   * tables if they are missing, sees to it that there is a WAL, and pins it.
   *
   * @param busyTimeout the longest wait for a lock
   * @throws java.nio.file.NoSuchFileException if there is no such file
   * @throws SqliteFailure if it is no database, cannot be read or written, cannot be switched to
   *     WAL mode, or is locked
   * @throws IOException if it is open already in this process
   */
  public static LiveDatabase open(Path path, Duration busyTimeout) throws IOException {
    requireUsable(path);
    LiveDatabase database = new LiveDatabase(path, busyTimeout, OpenDatabases.claim(path));
    try {
      database.checkMagic();
      database.prepare();
      return database;
    } catch (IOException | RuntimeException e) {
      database.close();
      throw e;
    }
  }

  /**
   * Refuses what is there and cannot be replicated, before anything is opened: opening a pipe would
   * wait for a writer, and SQLite leaves files beside a database that it cannot write to.
   */
  private static void requireUsable(Path path) throws SqliteFailure {
    if (!Files.exists(path)) {
      return;
    }
    String reason = null;
    if (!Files.isRegularFile(path)) {
      reason = Files.isDirectory(path) ? "it is a directory" : "it is not a regular file";
    } else if (!Files.isReadable(path)) {
      reason = "it cannot be read; look at its permissions";
    } else if (!Files.isWritable(path)) {
      reason = "it cannot be written; look at its permissions";
    }
    if (reason != null) {
      throw new SqliteFailure(path, "replicate", reason);
    }
  }

  private void checkMagic() throws IOException {
    byte[] start = new byte[MAGIC.length];
    int got = claim.read(start, start.length, 0);
    // An empty file is an empty database.
    if (got >= 0 && !Arrays.equals(start, MAGIC)) {
      throw new SqliteFailure(
          path, "replicate", "it is not an SQLite database, or it is encrypted");
    }
  }

  private void prepare() throws IOException {
    try (SqliteConnection connection = SqliteConnection.readWrite(path, busyTimeout)) {
      String mode = connection.query("PRAGMA journal_mode=wal");
      if (!mode.equals("wal")) {
        throw new SqliteFailure(
            path,
            "replicate",
            "its journal mode stays '" + mode + "' and cannot be switched to WAL");
      }
      connection.execute(
          "CREATE TABLE IF NOT EXISTS _litestream_seq (id INTEGER PRIMARY KEY, seq INTEGER)");
      connection.execute("CREATE TABLE IF NOT EXISTS _litestream_lock (id INTEGER)");
      // Taken before this connection is closed: the last one to be closed would delete the WAL.
      repin();
    } catch (SQLException e) {
      throw new SqliteFailure(path, "replicate", e);
    }
  }

  /** The database's path. */
  public Path path() {
    return path;
  }

  /** Whether the path still leads to this database, or it was deleted or replaced meanwhile. */
  public boolean isCurrent() throws IOException {
    return claim.isCurrent();
  }

  /** Size of the database file in bytes. */
  public long fileSize() throws IOException {
    return claim.size();
  }

  /**
   * Reads from the database file. Pages may be older or newer than the last commit, or torn: what a
   * checkpoint writes meanwhile is in the WAL.
   *
   * @return how many bytes were read; -1 at the end of the file
   */
  public int readFile(byte[] target, int length, long offset) throws IOException {
    return claim.read(target, length, offset);
  }

  /**
   * Waits until what was checkpointed is on disk. SQLite does it itself when it has checkpointed
   * the last frame, under the write lock if {@link WriteLock#checkpointAll} does that: the less
   * there is left by then, the shorter the application waits.
   */
  public void force() throws IOException {
    claim.force();
  }

  /**
   * Moves the pin to the present end of the WAL. There is no moment without a pin: the new one is
   * begun before the old one ends.
   */
  public void repin() throws IOException {
    SqliteConnection next = null;
    try {
      next = SqliteConnection.readOnly(path, busyTimeout);
      beginRead(next);
      SqliteConnection previous = pin;
      pin = next;
      pinned = true;
      next = null;
      if (previous != null) {
        previous.close();
      }
    } catch (SQLException e) {
      closeQuietly(next, e);
      throw new SqliteFailure(path, "read", e);
    }
  }

  /**
   * Whether the pin is there. It is missing after a failure of {@link WriteLock#checkpointAll} to
   * take it again; {@link #repin} makes a new one.
   */
  public boolean isPinned() {
    return pinned;
  }

  private static void beginRead(SqliteConnection connection) throws SQLException {
    connection.execute("BEGIN");
    connection.query("SELECT count(*) FROM _litestream_seq");
  }

  private SqliteConnection requirePin() {
    if (pin == null) {
      throw new IllegalStateException(path + " is closed");
    }
    return pin;
  }

  /**
   * Copies frames from the WAL to the database file, up to the pin or any other reader in the way.
   * Waits for nobody.
   */
  public CheckpointResult checkpointToPin() throws IOException {
    try (SqliteConnection connection = SqliteConnection.readWrite(path, busyTimeout)) {
      return connection.checkpointPassive();
    } catch (SQLException e) {
      throw new SqliteFailure(path, "checkpoint", e);
    }
  }

  /**
   * Holds the application's writers back until the answer is closed.
   *
   * @param repeated whether again and again; if not, for a moment only
   */
  public WriterBrake holdWriters(boolean repeated) {
    return new WriterBrake(path, repeated);
  }

  /**
   * Takes the lock that a writer holds, so that nobody can commit until it is closed.
   *
   * @param patience how long to try; zero tries once
   * @return empty if others held it all the time
   */
  public Optional<WriteLock> tryWriteLock(Duration patience) throws IOException {
    SqliteConnection connection = null;
    try {
      connection = SqliteConnection.readWrite(path, Duration.ZERO);
      connection.query("SELECT count(*) FROM _litestream_seq"); // reads the schema beforehand
      long deadline = System.nanoTime() + patience.toNanos();
      while (!connection.tryBeginImmediate()) {
        if (System.nanoTime() - deadline >= 0 || Thread.currentThread().isInterrupted()) {
          connection.close();
          return Optional.empty();
        }
        LockSupport.parkNanos(LOCK_POLL_NANOS);
      }
      return Optional.of(new WriteLock(connection));
    } catch (SQLException e) {
      closeQuietly(connection, e);
      throw new SqliteFailure(path, "lock", e);
    }
  }

  /** Nobody else can write to the database until it is closed. */
  public final class WriteLock implements AutoCloseable {

    private final SqliteConnection connection;

    private WriteLock(SqliteConnection connection) {
      this.connection = connection;
    }

    /**
     * Ends the pin, checkpoints, and pins again. Nothing can be appended to the WAL nor can it be
     * restarted meanwhile, since both take the write lock. If the answer is complete, the next
     * writer after this lock restarts the WAL.
     */
    public CheckpointResult checkpointAll() throws IOException {
      SqliteConnection reader = requirePin();
      try (SqliteConnection checkpointer = SqliteConnection.readWrite(path, busyTimeout)) {
        reader.execute("ROLLBACK");
        pinned = false;
        try {
          CheckpointResult result = checkpointer.checkpointPassive();
          // An automatic checkpoint of the application may be at the same work just now.
          for (int tries = 0; result.busy() && tries < CHECKPOINT_TRIES; tries++) {
            LockSupport.parkNanos(LOCK_POLL_NANOS);
            result = checkpointer.checkpointPassive();
          }
          return result;
        } finally {
          beginRead(reader);
          pinned = true;
        }
      } catch (SQLException e) {
        throw new SqliteFailure(path, "checkpoint", e);
      }
    }

    /** Lets others write again. */
    @Override
    public void close() throws IOException {
      try {
        connection.execute("ROLLBACK");
        connection.close();
      } catch (SQLException e) {
        closeQuietly(connection, e);
        throw new SqliteFailure(path, "unlock", e);
      }
    }
  }

  /**
   * Writes one row, so that the WAL has a frame more; after a complete checkpoint, so that it is
   * restarted.
   *
   * @param truncate whether the WAL file, if this write restarts it, is cut to what is in use
   * @return whether it was written; false if others held the write lock throughout {@code patience}
   */
  public boolean bumpSequence(boolean truncate, Duration patience) throws IOException {
    try (SqliteConnection connection = SqliteConnection.readWrite(path, patience)) {
      if (truncate) {
        connection.query("PRAGMA journal_size_limit=0");
      }
      connection.execute(
          "INSERT INTO _litestream_seq (id, seq) VALUES (1, 1)"
              + " ON CONFLICT (id) DO UPDATE SET seq = seq + 1");
      return true;
    } catch (SQLException e) {
      if (SqliteConnection.isBusy(e)) {
        return false;
      }
      throw new SqliteFailure(path, "write to", e);
    }
  }

  private static void closeQuietly(@Nullable SqliteConnection connection, SQLException because) {
    if (connection != null) {
      try {
        connection.close();
      } catch (SQLException e) {
        because.addSuppressed(e);
      }
    }
  }

  /** Ends the pin. The WAL stays in place. Closing again does nothing. */
  @Override
  public void close() throws IOException {
    try {
      if (pin != null) {
        pin.close();
      }
    } catch (SQLException e) {
      throw new SqliteFailure(path, "close", e);
    } finally {
      pin = null;
      claim.close();
    }
  }
}
