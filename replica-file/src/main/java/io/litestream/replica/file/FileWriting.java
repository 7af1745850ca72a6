package io.litestream.replica.file;

import io.litestream.spi.ObjectWriter;
import io.litestream.spi.RequestObserver.Operation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * An object being written, as a temporary file beside its place. Directories and files that are
 * made here belong to the owner alone: a replica holds the whole database.
 */
final class FileWriting extends ObjectWriter {

  /** A temporary file this old belongs to a process that is gone. */
  private static final Duration LEFTOVER_AGE = Duration.ofDays(1);

  private final FileStore store;
  private final Path root;
  private final String key;
  private final Path path;
  private final Path temporary;
  private final FileChannel channel;
  private final long began = System.nanoTime();
  private long bytes;
  private boolean committed;
  private boolean closed;

  private FileWriting(
      FileStore store, Path root, String key, Path path, Path temporary, FileChannel channel) {
    this.store = store;
    this.root = root;
    this.key = key;
    this.path = path;
    this.temporary = temporary;
    this.channel = channel;
  }

  static FileWriting begin(FileStore store, Path root, String key, Path path) throws IOException {
    Path directory = path.getParent() == null ? root : path.getParent();
    Path temporary =
        directory.resolve(FileKeys.temporaryName(ThreadLocalRandom.current().nextLong()));
    for (int tries = 0; ; tries++) {
      createDirectories(directory);
      try {
        FileChannel channel =
            FileChannel.open(
                temporary,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                ownerOnly(directory, "rw-------"));
        return new FileWriting(store, root, key, path, temporary, channel);
      } catch (NoSuchFileException e) {
        // Somebody removed the directory because it was empty.
        if (tries == 10) {
          throw e;
        }
      }
    }
  }

  private static FileAttribute<?>[] ownerOnly(Path near, String permissions) {
    PosixFileAttributeView view = Files.getFileAttributeView(near, PosixFileAttributeView.class);
    return view == null
        ? new FileAttribute<?>[0]
        : new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
        };
  }

  /** Makes what is missing, and forces each directory that got an entry. */
  private static void createDirectories(Path directory) throws IOException {
    if (Files.isDirectory(directory)) {
      return;
    }
    Path parent = directory.getParent();
    if (parent != null) {
      createDirectories(parent);
    }
    try {
      Files.createDirectory(directory, ownerOnly(directory, "rwx------"));
      if (parent != null) {
        force(parent);
      }
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(directory)) {
        throw e;
      }
    } catch (NoSuchFileException e) {
      createDirectories(directory); // the parent was removed because it was empty
    }
    removeLeftovers(directory);
  }

  private static void removeLeftovers(Path directory) throws IOException {
    Instant old = Instant.now().minus(LEFTOVER_AGE);
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(
            directory, file -> FileKeys.isTemporary(String.valueOf(file.getFileName())))) {
      for (Path file : files) {
        if (Files.getLastModifiedTime(file).toInstant().isBefore(old)) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  private static void force(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] source, int offset, int length) throws IOException {
    requireOpen();
    try {
      ByteBuffer buffer = ByteBuffer.wrap(source, offset, length);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      bytes += length;
    } catch (IOException e) {
      throw failed("write", e);
    }
  }

  @Override
  public void commit() throws IOException {
    requireOpen();
    try {
      channel.force(true);
      channel.close();
      Files.move(
          temporary, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      committed = true;
      Path directory = path.getParent();
      force(directory == null ? root : directory);
      store.observe(Operation.PUT, bytes, began, false);
    } catch (IOException e) {
      throw failed("commit", e);
    }
  }

  private IOException failed(String operation, IOException e) {
    store.observe(Operation.PUT, bytes, began, true);
    try {
      close();
    } catch (IOException suppressed) {
      e.addSuppressed(suppressed);
    }
    return FileErrors.translate(operation, key, e);
  }

  private void requireOpen() throws IOException {
    if (committed || closed) {
      throw new IOException("the writer of " + key + " has ended");
    }
    store.requireUsable("write", key);
  }

  @Override
  public void close() throws IOException {
    if (!closed) {
      closed = true;
      channel.close();
      if (!committed) {
        Files.deleteIfExists(temporary);
      }
    }
  }
}
