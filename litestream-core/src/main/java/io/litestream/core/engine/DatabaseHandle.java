package io.litestream.core.engine;

import io.litestream.core.DatabaseOptions;
import io.litestream.core.position.Generation;
import io.litestream.core.sync.DatabaseSync;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One database that comes and goes: open for replication while it is there. Opened and let go of by
 * the steps of its replicator, asked by any thread.
 */
final class DatabaseHandle {

  private static final Logger log = LoggerFactory.getLogger(DatabaseHandle.class);

  private final DatabaseOptions options;
  private final LongSupplier random;
  private volatile @Nullable DatabaseSync sync;
  private volatile boolean missing;
  private long copiedBefore;

  /**
   * @param random names generations
   */
  DatabaseHandle(DatabaseOptions options, LongSupplier random) {
    this.options = options;
    this.random = random;
  }

  /**
   * Opens the database, unless it is open already.
   *
   * @return false if it is not there
   * @throws IOException as {@link DatabaseSync#open}
   */
  boolean open() throws IOException {
    if (sync != null) {
      return true;
    }
    try {
      sync = DatabaseSync.open(options.path(), options.metaPath(), options.busyTimeout(), random);
      missing = false;
      copiedBefore = 0;
      return true;
    } catch (NoSuchFileException e) {
      if (!missing) {
        missing = true;
        log.atInfo()
            .addKeyValue("db", options.path())
            .log("database does not exist yet; waiting for it");
      }
      return false;
    }
  }

  /** The database, if it is open. */
  @Nullable DatabaseSync current() {
    return sync;
  }

  /** Whether it was not there when it was last looked for. */
  boolean isMissing() {
    return missing;
  }

  /** Forgets the database that is open, for the caller to close. */
  @Nullable DatabaseSync letGo() {
    DatabaseSync open = sync;
    sync = null;
    return open;
  }

  /** Bytes of frames that an open database has copied since this was asked last. By steps only. */
  long takeCopied(DatabaseSync open) {
    long copied = open.copiedBytes();
    long anew = copied - copiedBefore;
    copiedBefore = copied;
    return anew;
  }

  /** See {@link DatabaseSync#shadowPath}; fails as long as the database is not there. */
  Path shadowPath(Generation generation, int index) throws IOException {
    return require().shadowPath(generation, index);
  }

  /** See {@link DatabaseSync#uploadRecord}; fails as long as the database is not there. */
  Path uploadRecord(Generation generation, String replica) throws IOException {
    return require().uploadRecord(generation, replica);
  }

  /** See {@link DatabaseSync#keepDrill}; fails as long as the database is not there. */
  void keepDrill(String replica, byte[] text) throws IOException {
    require().keepDrill(replica, text);
  }

  /** See {@link DatabaseSync#owner}; fails as long as the database is not there. */
  String owner() throws IOException {
    return require().owner();
  }

  private DatabaseSync require() throws NoSuchFileException {
    DatabaseSync open = sync;
    if (open == null) {
      throw new NoSuchFileException(options.path().toString());
    }
    return open;
  }
}
