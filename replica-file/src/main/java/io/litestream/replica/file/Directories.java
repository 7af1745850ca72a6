package io.litestream.replica.file;

import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The directories of one store: made when an object needs them, removed when the last one is gone.
 *
 * <p>A directory is made ready once: it exists, and is forced to disk up to the root. An earlier
 * process may have made it and died before forcing it, so one that exists already is forced as
 * well. Making ready and removing exclude each other; putting an object into a directory that was
 * ready a moment ago may still find it removed, and then begins again.
 */
final class Directories {

  private static final boolean WINDOWS = File.separatorChar == '\\';

  private final Path root;
  private final Object lock = new Object();
  private final Set<Path> ready = ConcurrentHashMap.newKeySet();

  Directories(Path root) {
    this.root = root;
  }

  boolean isReady(Path directory) {
    return ready.contains(directory);
  }

  /**
   * Makes a directory ready, with all that lead to it.
   *
   * @throws NoSuchFileException if one of them is removed meanwhile
   */
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
      // Another process was faster. If it has removed the directory again, this says so.
      if (!Files.readAttributes(directory, BasicFileAttributes.class).isDirectory()) {
        throw e;
      }
      return false;
    }
  }

  /**
   * Removes directories, and those they are in, as far as they are empty. Never the root, nor a
   * file in a directory's place, which is an object.
   */
  void prune(Collection<Path> candidates) {
    for (Path candidate : candidates) {
      Path directory = candidate;
      while (directory != null && !directory.equals(root) && directory.startsWith(root)) {
        synchronized (lock) {
          try {
            if (!isDirectory(directory)) {
              break;
            }
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

  private static boolean isDirectory(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
        .isDirectory();
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
