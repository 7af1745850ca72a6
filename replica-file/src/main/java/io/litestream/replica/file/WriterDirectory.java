package io.litestream.replica.file;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * The directory at a replica's root in which one store makes its temporary files. As long as the
 * store is open it holds a lock on the file {@code lock} in there. The operating system takes the
 * lock away when the process ends, however it ends: whoever gets it knows that the rest of the
 * directory is left over, see {@link Leftovers}.
 *
 * <p>Where there are no locks, as on some network file systems, there is no file {@code lock}
 * either. Used by one thread at a time.
 */
final class WriterDirectory {

  static final String LOCK = "lock";

  /**
   * Differs between processes, also between those of two containers that have the same id. All
   * class loaders of one process know it.
   */
  static final int PROCESS =
      31 * Long.hashCode(ProcessHandle.current().pid())
          + ProcessHandle.current().info().startInstant().orElse(Instant.EPOCH).hashCode();

  /** How often others may take away the directory that is being made. */
  private static final int MOST_TRIES = 100;

  /** How a lock is asked for: as {@link FileChannel#tryLock()} does it. */
  @FunctionalInterface
  interface Locking {

    /**
     * Gets the lock, or null if another process has it.
     *
     * @throws IOException if there are no locks on this file system
     */
    @Nullable FileLock tryLock(FileChannel channel) throws IOException;
  }

  private final Path path;
  private final @Nullable FileChannel lock;

  private WriterDirectory(Path path, @Nullable FileChannel lock) {
    this.path = path;
    this.lock = lock;
  }

  /**
   * Makes a directory of this process, and locks it.
   *
   * @param root exists
   */
  static WriterDirectory make(Path root, Locking locking) throws IOException {
    IOException last = null;
    for (int tries = 0; tries < MOST_TRIES; tries++) {
      int random = ThreadLocalRandom.current().nextInt();
      Path path = root.resolve(FileKeys.temporaryName(PROCESS, random));
      try {
        Files.createDirectory(path, Directories.ownerOnly(path, "rwx------"));
        WriterDirectory made = locked(path, locking);
        if (made != null) {
          return made;
        }
      } catch (FileAlreadyExistsException | NoSuchFileException e) {
        last = e; // the name was taken, or the directory, being empty, was removed as a leftover
      }
    }
    throw new IOException("no directory for temporary files can be made in " + root, last);
  }

  /** Null if another process took the directory for a leftover before it was locked. */
  private static @Nullable WriterDirectory locked(Path path, Locking locking) throws IOException {
    Path file = path.resolve(LOCK);
    FileChannel channel =
        FileChannel.open(
            file,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            Directories.ownerOnly(file, "rw-------"));
    try {
      // It may have been locked and removed by another process before, and then it is nobody's.
      if (locking.tryLock(channel) != null && Files.exists(file)) {
        return new WriterDirectory(path, channel);
      }
      channel.close();
      return null;
    } catch (ClosedByInterruptException e) {
      new WriterDirectory(path, null).remove();
      throw e;
    } catch (IOException e) {
      channel.close();
      Files.deleteIfExists(file);
      return new WriterDirectory(path, null);
    }
  }

  Path path() {
    return path;
  }

  /** Removes the directory with all that is in it, and gives the lock back. */
  void remove() {
    try {
      removeFiles(path);
    } catch (IOException | DirectoryIteratorException e) {
      // Denied, or out of reach. It is a leftover from now on.
    }
    release();
    removeIfEmpty(path);
  }

  /** Gives the lock back and leaves the directory as it is: to whoever removed it, or will. */
  void release() {
    if (lock == null) {
      return;
    }
    try {
      lock.close();
    } catch (IOException e) {
      // The descriptor is closed all the same, and the lock with it.
    }
  }

  /** Removes the files of a writer's directory, the lock last: until then it can be asked for. */
  static void removeFiles(Path directory) throws IOException {
    Path lock = directory.resolve(LOCK);
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        if (!file.equals(lock)) {
          Files.deleteIfExists(file);
        }
      }
    }
    Files.deleteIfExists(lock);
  }

  /**
   * To be called when no file in it is open: NFS keeps a file that is open, under another name.
   *
   * @return whether the directory is gone
   */
  static boolean removeIfEmpty(Path directory) {
    try {
      Files.deleteIfExists(directory);
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
