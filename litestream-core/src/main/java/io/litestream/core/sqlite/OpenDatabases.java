package io.litestream.core.sqlite;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The database files that this process has open for reading. There is one registry per process,
 * because POSIX locks belong to the process: closing a descriptor of a file drops the locks of
 * everybody in the process who uses it, the application's own connections included.
 *
 * <p>So a file that was opened stays open, also after its replication has ended or could not begin,
 * and is used again the next time. It is closed when its path leads to another file or none: then
 * it has been deleted or replaced, and its locks guard nothing any more.
 *
 * <p>A file is told by its device and inode, so that links to it count as the same.
 */
final class OpenDatabases {

  private static final Map<Object, OpenFile> OPEN = new HashMap<>();

  private OpenDatabases() {}

  private static final class OpenFile {
    final Path path;
    // Not a FileChannel: interrupting a thread that reads from one closes it.
    final RandomAccessFile file;
    boolean claimed;

    OpenFile(Path path) throws IOException {
      this.path = path;
      this.file = new RandomAccessFile(path.toFile(), "r");
    }
  }

  /**
   * Claims a database file for its only holder.
   *
   * @throws NoSuchFileException if it does not exist
   * @throws IOException if it is claimed already, or cannot be read
   */
  static Claim claim(Path path) throws IOException {
    synchronized (OPEN) {
      closeReplaced();
      Object key = key(path);
      OpenFile open = OPEN.get(key);
      if (open == null) {
        open = new OpenFile(path);
        OPEN.put(key, open);
      } else if (open.claimed) {
        throw new IOException("database " + path + " is being replicated by this process already");
      }
      open.claimed = true;
      return new Claim(open);
    }
  }

  private static void closeReplaced() throws IOException {
    for (var entries = OPEN.entrySet().iterator(); entries.hasNext(); ) {
      var entry = entries.next();
      OpenFile open = entry.getValue();
      if (!open.claimed && !entry.getKey().equals(keyOrNull(open.path))) {
        entries.remove();
        open.file.close();
      }
    }
  }

  private static @Nullable Object keyOrNull(Path path) throws IOException {
    try {
      return key(path);
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  private static Object key(Path path) throws IOException {
    Object key = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    return key == null ? path.toRealPath() : key; // null on file systems without inodes
  }

  /**
   * One holder's claim to a database file. Closing it leaves the file open, and may be repeated.
   */
  static final class Claim implements AutoCloseable {

    private final OpenFile open;
    private boolean closed;

    private Claim(OpenFile open) {
      this.open = open;
    }

    /** Size of the file in bytes. */
    long size() throws IOException {
      return open.file.length();
    }

    /** Reads once, see {@link LiveDatabase#readFile}. */
    int read(byte[] target, int length, long offset) throws IOException {
      synchronized (open) {
        open.file.seek(offset);
        return open.file.read(target, 0, length);
      }
    }

    /** See {@link LiveDatabase#force}. */
    void force() throws IOException {
      open.file.getFD().sync();
    }

    /** Whether the path still leads to the file that was claimed. */
    boolean isCurrent() throws IOException {
      synchronized (OPEN) {
        Object key = keyOrNull(open.path);
        return key != null && OPEN.get(key) == open;
      }
    }

    @Override
    public void close() {
      synchronized (OPEN) {
        if (!closed) {
          closed = true;
          open.claimed = false;
        }
      }
    }
  }
}
