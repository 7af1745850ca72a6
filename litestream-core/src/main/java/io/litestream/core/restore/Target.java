package io.litestream.core.restore;

import io.litestream.core.restore.RestoreException.Kind;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The path where the database is to appear, and the temporary file beside it that becomes it. The
 * steps are those of the package's description; closing before {@link #publish()} takes away
 * whatever was made. Used by one thread.
 */
final class Target implements AutoCloseable {

  /** What SQLite would apply to a database that appears beside it. */
  private static final List<String> SIDECARS = List.of("-wal", "-shm", "-journal");

  private final Path output;
  private final Path directory;
  private final Deque<Path> madeDirectories = new ArrayDeque<>();
  private final Path temporary;
  private final FileChannel channel;
  private boolean published;

  private Target(Path output) throws IOException {
    this.output = output;
    this.directory = parent(output);
    requireAbsent(output);
    this.temporary = KilledRestores.newName(output);
    try {
      makeDirectories(directory);
      KilledRestores.remove(output, directory);
      channel =
          FileChannel.open(
              temporary,
              Set.of(
                  StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE),
              ownerOnly(directory));
      KilledRestores.lock(channel);
    } catch (IOException e) {
      KilledRestores.forget(temporary);
      removeDirectories(e);
      throw failed(e, 0);
    }
  }

  /** Creates the temporary file, readable and writable by its owner alone. */
  static Target create(Path output) throws IOException {
    return new Target(output.toAbsolutePath());
  }

  /**
   * Refuses a path at which, or beside which, something is in the way.
   *
   * @throws RestoreException {@code TARGET_EXISTS}, or {@code TARGET} for files beside it
   */
  static void requireAbsent(Path output) throws RestoreException {
    Path path = output.toAbsolutePath();
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      throw exists(path, null);
    }
    for (String suffix : SIDECARS) {
      Path sidecar = parent(path).resolve(path.getFileName() + suffix);
      if (Files.exists(sidecar, LinkOption.NOFOLLOW_LINKS)) {
        throw new RestoreException(
            Kind.TARGET,
            "cannot restore to %s: %s is left there from another database, and SQLite would apply it to the restored one; move it away"
                .formatted(path, sidecar));
      }
    }
  }

  private static Path parent(Path absolute) {
    Path parent = absolute.getParent();
    if (parent == null) {
      throw new IllegalArgumentException("no file can be restored to " + absolute);
    }
    return parent;
  }

  private static FileAttribute<?>[] ownerOnly(Path directory) {
    return directory.getFileSystem().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
        }
        : new FileAttribute<?>[0];
  }

  private void makeDirectories(Path wanted) throws IOException {
    Path missing = wanted;
    Deque<Path> toMake = new ArrayDeque<>();
    while (missing != null && !Files.exists(missing)) {
      toMake.push(missing);
      missing = missing.getParent();
    }
    for (Path path : toMake) {
      if (makeDirectory(path)) {
        madeDirectories.push(path);
      }
    }
  }

  /** Whether the directory is ours to remove: someone else may have made it just now. */
  private static boolean makeDirectory(Path path) throws IOException {
    try {
      Files.createDirectory(path);
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    }
  }

  FileChannel channel() {
    return channel;
  }

  Path temporary() {
    return temporary;
  }

  /**
   * Gives the finished, forced file its name, if nothing has appeared there meanwhile.
   *
   * @throws RestoreException {@code TARGET_EXISTS} or {@code TARGET}
   */
  void publish() throws IOException {
    requireAbsent(output);
    try {
      channel.close();
      link();
      published = true;
      forceDirectory();
    } catch (FileAlreadyExistsException e) {
      throw exists(output, e);
    } catch (IOException e) {
      throw failed(e, 0);
    }
  }

  /** A link, unlike a rename, never replaces a file that someone else has just put there. */
  private void link() throws IOException {
    try {
      Files.createLink(output, temporary);
    } catch (FileAlreadyExistsException e) {
      throw e;
    } catch (UnsupportedOperationException | FileSystemException e) {
      // Some file systems have no hard links. A move looks first, and then renames.
      Files.move(temporary, output);
    }
    Files.deleteIfExists(temporary);
  }

  /**
   * Without this, a power failure could take back the name of a file that is safe itself. Not every
   * system can do it, and the database is in place already: no reason to fail.
   */
  private void forceDirectory() {
    try (FileChannel entry = FileChannel.open(directory, StandardOpenOption.READ)) {
      entry.force(true);
    } catch (IOException e) {
      return;
    }
  }

  /** Removes what is not published, the directories that were made for it included. */
  @Override
  public void close() throws IOException {
    channel.close();
    KilledRestores.forget(temporary);
    if (!published) {
      Files.deleteIfExists(temporary);
      removeDirectories(null);
    }
  }

  private void removeDirectories(@Nullable IOException because) {
    while (!madeDirectories.isEmpty()) {
      try {
        Files.deleteIfExists(madeDirectories.pop());
      } catch (IOException e) {
        // Not empty any more: someone else uses it by now.
        if (because != null) {
          because.addSuppressed(e);
        }
        return;
      }
    }
  }

  /**
   * What a failure to write means to an operator.
   *
   * @param needed bytes that the whole database takes, as far as known; 0 if unknown
   */
  RestoreException failed(IOException e, long needed) {
    if (e instanceof RestoreException already) {
      return already;
    }
    String text = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
    String what;
    if (text.contains("no space left") || text.contains("not enough space")) {
      what =
          "no space left"
              + (needed > 0
                  ? String.format(Locale.ROOT, "; the database needs at least %,d bytes", needed)
                  : "");
    } else if (text.contains("quota exceeded")) {
      what = "disk quota exceeded";
    } else if (e instanceof AccessDeniedException) {
      what = "no permission to write in " + directory;
    } else if (e instanceof NoSuchFileException) {
      what =
          Files.isDirectory(directory)
              ? "no file can be made in " + directory
              : "the directory " + directory + " is gone";
    } else {
      what = String.valueOf(e.getMessage());
    }
    return new RestoreException(Kind.TARGET, "cannot restore to %s: %s".formatted(output, what), e);
  }

  private static RestoreException exists(Path path, @Nullable IOException cause) {
    return new RestoreException(
        Kind.TARGET_EXISTS,
        "cannot restore to %s: it exists already; choose another path or move it away"
            .formatted(path),
        cause);
  }
}
