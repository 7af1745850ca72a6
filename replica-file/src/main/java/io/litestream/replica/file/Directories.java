package io.litestream.replica.file;

import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The directories of one store: made when an object needs them, removed when the last one is gone.
 *
 * <p>A directory is made ready once: it exists, and is forced to disk up to the root. An earlier
 * process may have made it and died before forcing it, so one that exists already is forced as
 * well. Making ready and removing exclude each other; opening a file in a directory that was ready
 * a moment ago may still find it removed, and then begins again.
 */
final class Directories {

  /** A temporary file this old belongs to a process that is gone: no upload takes a day. */
  private static final Duration LEFTOVER_AGE = Duration.ofDays(1);

  private static final boolean WINDOWS = File.separatorChar == '\\';

  private final Path root;
  private final Object lock = new Object();
  private final Set<Path> ready = ConcurrentHashMap.newKeySet();
  private final Set<Path> swept = ConcurrentHashMap.newKeySet();

  Directories(Path root) {
    this.root = root;
  }

  boolean isReady(Path directory) {
    return ready.contains(directory);
  }

  /** Makes a directory ready, with all that lead to it. */
  void makeReady(Path directory) throws IOException {
    synchronized (lock) {
      ensure(directory);
    }
  }

  private void ensure(Path directory) throws IOException {
    if (ready.contains(directory) && Files.isDirectory(directory)) {
      return;
    }
    Path parent = directory.getParent();
    if (!directory.equals(root) && parent != null) {
      ensure(parent);
    } else if (parent != null && !Files.exists(parent)) {
      ensure(parent); // the root is new, and so is what leads to it
    }
    boolean made = make(directory);
    if (parent != null && (made || !directory.equals(root))) {
      force(parent);
    }
    ready.add(directory);
  }

  private static boolean make(Path directory) throws IOException {
    if (Files.isDirectory(directory)) {
      return false;
    }
    try {
      Files.createDirectory(directory, ownerOnly(directory, "rwx------"));
      return true;
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(directory)) {
        throw e;
      }
      return false; // another process was faster
    }
  }

  /** Removes directories, and those they are in, as far as they are empty. Never the root. */
  void prune(Collection<Path> candidates) {
    for (Path candidate : candidates) {
      Path directory = candidate;
      while (directory != null && !directory.equals(root) && directory.startsWith(root)) {
        synchronized (lock) {
          try {
            Files.delete(directory);
            ready.remove(directory);
          } catch (NoSuchFileException e) {
            ready.remove(directory); // by another process; what it was in may be empty now
          } catch (IOException e) {
            break; // most often because it is not empty; an empty one does no harm either
          }
        }
        directory = directory.getParent();
      }
    }
  }

  /**
   * Removes what processes that are gone left in a directory: once per directory and store, since
   * that needs reading it all.
   *
   * @param newest a file that was made just now; its time is by the file system's clock, which may
   *     be another machine's
   */
  void sweep(Path directory, Path newest) throws IOException {
    if (!swept.add(directory)) {
      return;
    }
    Instant old = Files.getLastModifiedTime(newest).toInstant().minus(LEFTOVER_AGE);
    try (DirectoryStream<Path> leftovers =
        Files.newDirectoryStream(
            directory, file -> FileKeys.isTemporary(String.valueOf(file.getFileName())))) {
      for (Path leftover : leftovers) {
        if (Files.getLastModifiedTime(leftover).compareTo(FileTime.from(old)) < 0) {
          Files.deleteIfExists(leftover);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      // Somebody else's file, or gone meanwhile. It takes up space and does no other harm; the
      // object being written must not fail for it.
    }
  }

  /** Makes the names in a directory durable. */
  static void force(Path directory) throws IOException {
    if (WINDOWS) {
      return; // directories cannot be opened there; NTFS keeps a journal of names
    }
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** What a new file is made with, so that it belongs to its owner alone from the first moment. */
  static FileAttribute<?>[] ownerOnly(Path file, String permissions) {
    return file.getFileSystem().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
        }
        : new FileAttribute<?>[0];
  }
}
