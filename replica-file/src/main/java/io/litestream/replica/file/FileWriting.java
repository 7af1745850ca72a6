package io.litestream.replica.file;

import io.litestream.replica.file.TemporaryFiles.TemporaryFile;
import io.litestream.spi.ObjectWriter;
import io.litestream.spi.ReplicaException;
import io.litestream.spi.RequestObserver.Operation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;

/**
 * An object being written, as a temporary file until it is renamed into place. Directories and
 * files that are made here belong to the owner alone: a replica holds the whole database.
 */
final class FileWriting extends ObjectWriter {

  /** How often a directory may be taken away between making it and putting a file in it. */
  private static final int MOST_TRIES = 1000;

  /** The JDK keeps a buffer outside the heap per thread that is as large as the largest write. */
  private static final int LARGEST_WRITE = 256 << 10;

  private final FileStore store;
  private final Directories directories;
  private final String key;
  private final Path path;
  private final Path temporary;
  private final FileChannel channel;
  private final long began = System.nanoTime();
  private long bytes;
  private boolean committed;
  private boolean closed;

  /**
   * @param path where the object of that key belongs; its directory is made when it is committed
   * @param temporary is empty; this writer closes and removes it
   */
  FileWriting(
      FileStore store, Directories directories, String key, Path path, TemporaryFile temporary) {
    this.store = store;
    this.directories = directories;
    this.key = key;
    this.path = path;
    this.temporary = temporary.path();
    this.channel = temporary.channel();
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] source, int offset, int length) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(source, offset, length);
    requireOpen("write");
    try {
      int end = offset + length;
      while (buffer.position() < end) {
        buffer.limit(Math.min(end, buffer.position() + LARGEST_WRITE));
        channel.write(buffer);
      }
      bytes += length;
    } catch (IOException e) {
      throw failed("write", e);
    }
  }

  @Override
  public void commit() throws IOException {
    requireOpen("commit");
    try {
      // An object is as old as its name: a restore to a moment goes by that, and what was
      // committed while this one was written has to be older.
      Files.setLastModifiedTime(temporary, FileTime.from(Instant.now()));
      channel.force(true);
      channel.close();
      put(this::rename);
      Directories.force(store.parent(path));
    } catch (IOException e) {
      throw failed("commit", e);
    }
    store.observe(Operation.PUT, bytes, began, false);
  }

  /** As {@link #commit}, unless there is an object of that key; {@link #close} is to follow. */
  boolean commitIfAbsent() throws IOException {
    requireOpen("commit");
    boolean made = true;
    try {
      channel.force(true);
      try {
        put(() -> Files.createLink(path, temporary));
        Directories.force(store.parent(path));
      } catch (FileAlreadyExistsException e) {
        // Another one was faster; or there is a file where the directory should be.
        if (!Files.isDirectory(store.parent(path))) {
          throw e;
        }
        made = false;
      } catch (UnsupportedOperationException e) {
        throw new IOException("the file system has no hard links, which a lease needs", e);
      }
    } catch (IOException e) {
      throw failed("commit", e);
    }
    store.observe(Operation.PUT, bytes, began, false);
    return made;
  }

  /** One of the two ways to give a file a name. */
  @FunctionalInterface
  private interface Naming {
    void run() throws IOException;
  }

  /** Names the file, in a directory that is ready before it and still ready after it. */
  private void put(Naming naming) throws IOException {
    Path directory = store.parent(path);
    for (int tries = 1; ; tries++) {
      try {
        // What was ready at the first try has been removed if there is a second.
        if (tries > 1 || !directories.isReady(directory)) {
          directories.makeReady(directory);
        }
        naming.run();
        break;
      } catch (NoSuchFileException e) {
        // A delete removed the directory because it was empty, here or in another process.
        if (tries == MOST_TRIES || !Files.exists(temporary)) {
          throw e;
        }
      }
    }
    // The object holds the directory now. It may be another one than was made ready.
    if (!directories.isReady(directory)) {
      directories.makeReady(directory);
    }
  }

  private void rename() throws IOException {
    try {
      move();
    } catch (FileSystemException e) {
      if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
        throw e;
      }
      // An empty directory is nothing, in terms of keys: left by whoever deleted what was in it.
      Files.delete(path);
      move();
    }
  }

  private void move() throws IOException {
    Files.move(
        temporary, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    // From here on the object is there, durable or not: closing must not take it for abandoned.
    committed = true;
  }

  private ReplicaException failed(String operation, IOException e) {
    store.observe(Operation.PUT, bytes, began, true);
    abandonAfter(e);
    return FileErrors.translate(operation, key, e);
  }

  private void abandonAfter(IOException e) {
    try {
      close();
    } catch (IOException suppressed) {
      e.addSuppressed(suppressed);
    }
  }

  private void requireOpen(String operation) throws IOException {
    if (committed || closed) {
      throw new IllegalStateException("the writer of " + key + " has ended");
    }
    store.requireUsable(operation, key);
  }

  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    try {
      channel.close();
      if (!committed) {
        Files.deleteIfExists(temporary);
        // A commit that failed may have made it.
        directories.prune(List.of(store.parent(path)));
      }
    } catch (IOException e) {
      throw FileErrors.translate("write", key, e);
    }
  }
}
