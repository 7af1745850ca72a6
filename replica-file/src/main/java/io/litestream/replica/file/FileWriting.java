package io.litestream.replica.file;

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
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * An object being written, as a temporary file beside its place. Directories and files that are
 * made here belong to the owner alone: a replica holds the whole database.
 */
final class FileWriting extends ObjectWriter {

  /** How often a directory may be taken away between making it and making a file in it. */
  private static final int MOST_TRIES = 1000;

  /** The JDK keeps a buffer outside the heap per thread that is as large as the largest write. */
  private static final int LARGEST_WRITE = 256 << 10;

  private final FileStore store;
  private final String key;
  private final Path path;
  private final Path temporary;
  private final FileChannel channel;
  private final long began = System.nanoTime();
  private long bytes;
  private boolean committed;
  private boolean closed;

  private FileWriting(FileStore store, String key, Path path, Path temporary, FileChannel channel) {
    this.store = store;
    this.key = key;
    this.path = path;
    this.temporary = temporary;
    this.channel = channel;
  }

  static FileWriting begin(FileStore store, Directories directories, String key, Path path)
      throws IOException {
    Path directory = store.parent(path);
    Path temporary =
        directory.resolve(FileKeys.temporaryName(ThreadLocalRandom.current().nextLong()));
    for (int tries = 1; ; tries++) {
      try {
        // What was ready at the first try has been removed if there is a second.
        if (tries > 1 || !directories.isReady(directory)) {
          directories.makeReady(directory);
        }
        FileChannel channel =
            FileChannel.open(
                temporary,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                Directories.ownerOnly(temporary, "rw-------"));
        var writing = new FileWriting(store, key, path, temporary, channel);
        writing.settle(directories, directory);
        return writing;
      } catch (NoSuchFileException e) {
        // A delete removed the directory because it was empty, here or in another process.
        if (tries == MOST_TRIES) {
          throw e;
        }
      }
    }
  }

  /** The temporary file holds the directory now. It may be another one than was made ready. */
  private void settle(Directories directories, Path directory) throws IOException {
    try {
      if (!directories.isReady(directory)) {
        directories.makeReady(directory);
      }
      directories.sweep(directory, temporary);
    } catch (IOException e) {
      abandonAfter(e);
      throw e;
    }
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
      // An object is as old as its name: what was committed while this one was written is older,
      // and
      // a restore to a moment goes by that.
      Files.setLastModifiedTime(temporary, FileTime.from(Instant.now()));
      channel.force(true);
      channel.close();
      rename();
      // From here on the object is there, durable or not: closing must not take it for abandoned.
      committed = true;
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
        Files.createLink(path, temporary);
        Directories.force(store.parent(path));
      } catch (FileAlreadyExistsException e) {
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
        store.prune(store.parent(path));
      }
    } catch (IOException e) {
      throw FileErrors.translate("write", key, e);
    }
  }
}
