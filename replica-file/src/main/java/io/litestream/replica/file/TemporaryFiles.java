package io.litestream.replica.file;

import io.litestream.replica.file.WriterDirectory.Locking;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The temporary files of one store. The first one makes the {@link WriterDirectory} that they are
 * in, and removes what dead processes have left at the root. Used by any number of threads.
 */
final class TemporaryFiles {

  /** How often the directory may be taken away between making it and making a file in it. */
  private static final int MOST_TRIES = 100;

  private final Path root;
  private final Directories directories;
  private final Locking locking;
  private final Object lock = new Object();
  private @Nullable WriterDirectory directory;
  private long made;
  private boolean closed;

  TemporaryFiles(Path root, Directories directories, Locking locking) {
    this.root = root;
    this.directories = directories;
    this.locking = locking;
  }

  /**
   * A temporary file; whoever asked for it closes it, and renames or removes it.
   *
   * @param channel open for writing
   */
  record TemporaryFile(Path path, FileChannel channel) {}

  /** Makes an empty one, readable and writable by its owner alone. */
  TemporaryFile create() throws IOException {
    synchronized (lock) {
      for (int tries = 1; ; tries++) {
        WriterDirectory present = directory();
        Path path = present.path().resolve(Long.toHexString(++made));
        try {
          FileChannel channel =
              FileChannel.open(
                  path,
                  Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                  Directories.ownerOnly(path, "rw-------"));
          return new TemporaryFile(path, channel);
        } catch (NoSuchFileException e) {
          // Removed by hand, or as a leftover by a machine that does not see this one's locks.
          if (tries == MOST_TRIES) {
            throw e;
          }
          present.release();
          directory = null;
        }
      }
    }
  }

  private WriterDirectory directory() throws IOException {
    if (closed) {
      throw new IOException("the store has been closed");
    }
    WriterDirectory present = directory;
    if (present == null) {
      directories.makeReady(root);
      Leftovers leftovers = Leftovers.removeDead(root, locking);
      present = WriterDirectory.make(root, locking);
      directory = present;
      leftovers.removeAged(present.path());
    }
    return present;
  }

  /** Removes the directory, with the files of writers that are still open. */
  void close() {
    synchronized (lock) {
      closed = true;
      if (directory != null) {
        directory.remove();
        directory = null;
      }
    }
  }
}
