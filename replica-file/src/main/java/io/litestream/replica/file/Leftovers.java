package io.litestream.replica.file;

import io.litestream.replica.file.WriterDirectory.Locking;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The {@link WriterDirectory}s at a root whose stores are gone, and their removal. Whatever fails
 * in it leaves something behind that takes up space and does no other harm, so nothing is thrown:
 * the object that is to be written must not fail for it.
 *
 * <p><b>Those of this process are never looked into.</b> POSIX locks belong to processes: one that
 * opens its own lock file a second time, and closes it, has lost the lock.
 *
 * <p><b>Without a lock</b> a directory is left over once nothing has happened in it for a day: no
 * upload takes as long. If its store lives all the same, and was idle, that makes itself another.
 */
final class Leftovers {

  private static final Duration AGE = Duration.ofDays(1);

  private final Locking locking;
  private final List<Path> unlocked = new ArrayList<>();

  private Leftovers(Locking locking) {
    this.locking = locking;
  }

  /**
   * Removes what dead processes had locked. Done before anything is written, since it may be what
   * fills the disk.
   *
   * @return what has no lock, for {@link #removeAged}
   */
  static Leftovers removeDead(Path root, Locking locking) {
    var leftovers = new Leftovers(locking);
    try (DirectoryStream<Path> entries =
        Files.newDirectoryStream(root, Leftovers::isOfAnotherProcess)) {
      for (Path directory : entries) {
        leftovers.removeIfDead(directory);
      }
    } catch (IOException | DirectoryIteratorException e) {
      return leftovers;
    }
    return leftovers;
  }

  private static boolean isOfAnotherProcess(Path entry) {
    String name = String.valueOf(entry.getFileName());
    return FileKeys.isTemporary(name)
        && !FileKeys.isTemporaryOf(WriterDirectory.PROCESS, name)
        && Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS);
  }

  private void removeIfDead(Path directory) {
    Path lock = directory.resolve(WriterDirectory.LOCK);
    try (FileChannel channel =
        FileChannel.open(lock, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
      if (locking.tryLock(channel) == null) {
        return; // its process lives, or another one is removing it
      }
      WriterDirectory.removeFiles(directory);
    } catch (OverlappingFileLockException e) {
      return; // another store of this process is removing it
    } catch (NoSuchFileException e) {
      // If it is empty it is safe to remove: a process that is just making it makes another.
      if (!WriterDirectory.removeIfEmpty(directory)) {
        unlocked.add(directory);
      }
      return;
    } catch (IOException | DirectoryIteratorException e) {
      unlocked.add(directory);
      return;
    }
    WriterDirectory.removeIfEmpty(directory);
  }

  /**
   * Removes what has no lock and is a day old.
   *
   * @param newest was made just now; its time is by the file system's clock, which may be another
   *     machine's
   */
  void removeAged(Path newest) {
    for (Path directory : unlocked) {
      try {
        Instant old = Files.getLastModifiedTime(newest).toInstant().minus(AGE);
        if (lastChange(directory).isBefore(old)) {
          WriterDirectory.removeFiles(directory);
          WriterDirectory.removeIfEmpty(directory);
        }
      } catch (IOException | DirectoryIteratorException e) {
        // Somebody else's, or gone meanwhile.
      }
    }
  }

  private static Instant lastChange(Path directory) throws IOException {
    FileTime last = Files.getLastModifiedTime(directory);
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        FileTime time = Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS);
        last = time.compareTo(last) > 0 ? time : last;
      }
    }
    return last.toInstant();
  }
}
