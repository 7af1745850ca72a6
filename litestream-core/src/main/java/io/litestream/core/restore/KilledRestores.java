package io.litestream.core.restore;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;

/**
 * The temporary files that restores to one path have left because their process was killed. A
 * restore locks its file; the operating system takes the lock away when the process ends, however
 * it ends. So the next restore to that path knows what is left over. Where a file system has no
 * locks, it is left for a person to remove.
 *
 * <p>Used by any number of threads.
 */
final class KilledRestores {

  /**
   * Files of this process, which are never looked at. POSIX locks belong to processes: one that
   * opens a file that it has locked, and closes it, has lost the lock.
   */
  private static final Set<Path> OWN = ConcurrentHashMap.newKeySet();

  private KilledRestores() {}

  /** A name beside the path, for a temporary file of this process. */
  static Path newName(Path output) {
    String random = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    Path name = output.resolveSibling("." + output.getFileName() + "." + random + ".tmp");
    OWN.add(name);
    return name;
  }

  /**
   * Locks a new file until its channel is closed. When SQLite checks the file it takes the lock
   * away, by the rule above; by then little is left to do.
   */
  static void lock(FileChannel channel) {
    try {
      channel.tryLock();
    } catch (IOException e) {
      // There are no locks here, and so nobody can take it for left over. If the thread was
      // interrupted the channel is closed, which the first write tells.
      return;
    }
  }

  /** To be called when the file is closed. */
  static void forget(Path name) {
    OWN.remove(name);
  }

  /**
   * Removes what is left over.
   *
   * @param output absolute; where a database is to appear
   * @param directory that it is in
   */
  static void remove(Path output, Path directory) {
    Pattern name =
        Pattern.compile(Pattern.quote("." + output.getFileName()) + "\\.[0-9a-f]{16}\\.tmp");
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(
            directory, file -> name.matcher(String.valueOf(file.getFileName())).matches())) {
      for (Path file : files) {
        removeIfKilled(file);
      }
    } catch (IOException | DirectoryIteratorException e) {
      return; // it takes up space and does no other harm
    }
  }

  private static void removeIfKilled(Path file) {
    if (OWN.contains(file) || !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
      if (channel.tryLock() != null) {
        Files.deleteIfExists(file);
      }
    } catch (IOException | OverlappingFileLockException e) {
      return; // somebody else's, or another restore of this process is just removing it
    }
  }
}
