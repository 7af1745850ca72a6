package io.litestream.replica.sftp;

import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaException.Kind;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.apache.sshd.sftp.client.SftpClient;
import org.apache.sshd.sftp.client.SftpClient.Attributes;
import org.apache.sshd.sftp.client.SftpClient.CloseableHandle;
import org.apache.sshd.sftp.client.SftpClient.DirEntry;
import org.apache.sshd.sftp.client.SftpClient.OpenMode;
import org.apache.sshd.sftp.common.SftpConstants;
import org.apache.sshd.sftp.common.SftpException;
import org.jspecify.annotations.Nullable;

/**
 * The directories of one store: made when an object needs them, removed when the last one is gone.
 *
 * <p>Making a file in a directory and removing directories exclude each other within a store, so
 * that a file is not made where there is no directory. That would only mean to try again, were it
 * not for servers (Apache MINA SSHD up to 2.20) that give the handle of a file that could not be
 * opened to two others.
 */
final class SftpDirectories {

  /** A temporary file this old belongs to a process that is gone: no upload takes a day. */
  private static final Duration LEFTOVER_AGE = Duration.ofDays(1);

  private static final int OWNER_ONLY = 0700;

  /** How often a directory may be taken away between making it and making one in it. */
  private static final int MOST_TRIES = 100;

  private final String root;
  private final ReadWriteLock removing = new ReentrantReadWriteLock();
  private final Set<String> ready = ConcurrentHashMap.newKeySet();
  private final Set<String> swept = ConcurrentHashMap.newKeySet();
  private final Set<String> abandoned = ConcurrentHashMap.newKeySet();

  SftpDirectories(String root) {
    this.root = root;
  }

  /** Makes a file, which must not exist, and the directory that it is in. */
  CloseableHandle makeFile(SftpClient sftp, String file, String key) throws IOException {
    String directory = SftpKeys.parent(file);
    removing.readLock().lock();
    try {
      for (int tries = 1; ; tries++) {
        if (!ready.contains(directory)) {
          make(sftp, directory, key);
          ready.add(directory);
        }
        try {
          return sftp.open(file, OpenMode.Write, OpenMode.Create, OpenMode.Exclusive);
        } catch (SftpException e) {
          ready.remove(directory);
          // Another process may have removed the directory because it was empty.
          if (!isAbsence(e) || tries == MOST_TRIES) {
            throw e;
          }
        }
      }
    } finally {
      removing.readLock().unlock();
    }
  }

  /** Makes a directory, with all that lead to it, unless it exists. */
  private void make(SftpClient sftp, String directory, String key) throws IOException {
    for (int tries = 1; !directory.isEmpty(); tries++) {
      try {
        sftp.mkdir(directory);
        restrict(sftp, directory);
        return;
      } catch (SftpException e) {
        Attributes there = attributes(sftp, directory);
        if (there != null && there.isDirectory()) {
          return;
        }
        if (there != null) {
          throw new ReplicaException(
              Kind.CONFIGURATION,
              "write",
              key,
              SftpErrors.code(e),
              "a file is where a directory should be: " + directory,
              e);
        }
        if (!isAbsence(e) || tries == MOST_TRIES) {
          throw e;
        }
        make(sftp, SftpKeys.parent(directory), key);
      }
    }
  }

  private static void restrict(SftpClient sftp, String directory) throws IOException {
    try {
      sftp.setStat(directory, new Attributes().perms(OWNER_ONLY));
    } catch (SftpException e) {
      // A server without permissions has none that could be too wide.
    }
  }

  /** Removes directories, and those they are in, as far as they are empty. Never the root. */
  void prune(SftpClient sftp, Collection<String> candidates) throws IOException {
    for (String candidate : candidates) {
      String directory = candidate;
      while (directory.length() > root.length() && isRemoved(sftp, directory)) {
        directory = SftpKeys.parent(directory);
      }
    }
  }

  private boolean isRemoved(SftpClient sftp, String directory) throws IOException {
    removing.writeLock().lock();
    try {
      sftp.rmdir(directory);
      ready.remove(directory);
      return true;
    } catch (SftpException e) {
      // Most often because it is not empty; an empty one does no harm either.
      ready.remove(directory);
      return isAbsence(e);
    } finally {
      removing.writeLock().unlock();
    }
  }

  /** Remembers a temporary file that could not be removed, for when the server is there again. */
  void abandon(String temporary) {
    abandoned.add(temporary);
  }

  /**
   * Removes what this store had to leave behind, and, once per directory, what processes that are
   * gone left in it.
   *
   * @param newest a file that was made just now; its time is by the server's clock
   */
  void sweep(SftpClient sftp, String directory, String newest) throws IOException {
    for (String temporary : List.copyOf(abandoned)) {
      remove(sftp, temporary);
      abandoned.remove(temporary);
    }
    if (!swept.add(directory)) {
      return;
    }
    try {
      Instant old = sftp.lstat(newest).getModifyTime().toInstant().minus(LEFTOVER_AGE);
      for (DirEntry entry : entries(sftp, directory)) {
        if (SftpKeys.isTemporary(entry.getFilename())
            && entry.getAttributes().getModifyTime() != null
            && entry.getAttributes().getModifyTime().toInstant().isBefore(old)) {
          remove(sftp, SftpKeys.child(directory, entry.getFilename()));
        }
      }
    } catch (SftpException e) {
      // Somebody else's file, or gone meanwhile. It takes up space and does no other harm; the
      // object being written must not fail for it.
    }
  }

  static void remove(SftpClient sftp, String file) throws IOException {
    try {
      sftp.remove(file);
    } catch (SftpException e) {
      // Gone, or not ours to remove.
    }
  }

  /** What is in a directory, but itself and the one it is in. */
  static List<DirEntry> entries(SftpClient sftp, String directory) throws IOException {
    var entries = new ArrayList<DirEntry>();
    try (var handle = sftp.openDir(directory.isEmpty() ? "." : directory)) {
      var end = new AtomicReference<Boolean>();
      for (List<DirEntry> some = sftp.readDir(handle, end);
          some != null;
          some = sftp.readDir(handle, end)) {
        for (DirEntry entry : some) {
          if (!entry.getFilename().equals(".") && !entry.getFilename().equals("..")) {
            entries.add(entry);
          }
        }
      }
    }
    return entries;
  }

  /** Of the file itself, not of what a link leads to; null if it does not exist. */
  static @Nullable Attributes attributes(SftpClient sftp, String path) throws IOException {
    try {
      return sftp.lstat(path.isEmpty() ? "." : path);
    } catch (SftpException e) {
      if (isAbsence(e)) {
        return null;
      }
      throw e;
    }
  }

  /** Also what OpenSSH says where a file is among the directories of a path. */
  static boolean isAbsence(SftpException e) {
    return switch (e.getStatus()) {
      case SftpConstants.SSH_FX_NO_SUCH_FILE,
          SftpConstants.SSH_FX_NO_SUCH_PATH,
          SftpConstants.SSH_FX_NOT_A_DIRECTORY ->
          true;
      default -> false;
    };
  }
}
