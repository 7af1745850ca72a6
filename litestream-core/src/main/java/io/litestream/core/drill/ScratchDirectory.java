package io.litestream.core.drill;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.UUID;

/**
 * The directory of one replica's drills, beneath one that is there already. Its name is always the
 * same, so that what a killed process has left is found. Used by one thread at a time.
 */
public final class ScratchDirectory implements AutoCloseable {

  private static final String PREFIX = "litestream-drill-";

  /** What is to be left free, for whoever else uses the disk. */
  private static final long RESERVE = 16 << 20;

  private final Path root;
  private final Path path;

  private ScratchDirectory(Path root, Path path) {
    this.root = root;
    this.path = path;
  }

  /**
   * That of a replica; makes nothing.
   *
   * @param root exists
   */
  public static ScratchDirectory of(Path root, Path database, String replica) {
    byte[] who = (database.toAbsolutePath() + "\n" + replica).getBytes(StandardCharsets.UTF_8);
    return new ScratchDirectory(root, root.resolve(PREFIX + UUID.nameUUIDFromBytes(who)));
  }

  /**
   * Makes the directory, empty, readable and writable by its owner alone.
   *
   * @param needed bytes for which there must be room, and some more
   * @throws IOException if there is no room, or the directory cannot be made
   */
  public void create(long needed) throws IOException {
    remove();
    if (!Files.isDirectory(root)) {
      throw new IOException("no room for a restore drill: there is no directory " + root);
    }
    long usable = Files.getFileStore(root).getUsableSpace();
    long wanted = needed + needed / 10 + RESERVE;
    if (usable < wanted) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "no room for a restore drill in %s: %,d bytes are free, and %,d are needed; set"
                  + " 'validation-scratch' to a directory with more room",
              root,
              usable,
              wanted));
    }
    Files.createDirectory(path, ownerOnly());
  }

  private FileAttribute<?>[] ownerOnly() {
    return root.getFileSystem().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
        }
        : new FileAttribute<?>[0];
  }

  /** Where a file of the drill is to be. */
  public Path file(String name) {
    return path.resolve(name);
  }

  /** Removes the directory, if it is there. */
  public void remove() throws IOException {
    if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(path)) {
        for (Path file : files) {
          Files.deleteIfExists(file);
        }
      } catch (NoSuchFileException e) {
        return;
      }
    }
    Files.deleteIfExists(path);
  }

  @Override
  public void close() throws IOException {
    remove();
  }
}
