package io.litestream.core.shadow;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * Mode, owner and group, taken from the database and its directory and given to what is made beside
 * it: who may read the database may read its history, and nobody else.
 */
final class Ownership {

  private final @Nullable PosixFileAttributes file;
  private final @Nullable PosixFileAttributes directory;

  private Ownership(@Nullable PosixFileAttributes file, @Nullable PosixFileAttributes directory) {
    this.file = file;
    this.directory = directory;
  }

  /** That of a database that exists. */
  static Ownership of(Path database) throws IOException {
    Path parent = database.toAbsolutePath().getParent();
    return new Ownership(read(database), parent == null ? null : read(parent));
  }

  private static @Nullable PosixFileAttributes read(Path path) throws IOException {
    PosixFileAttributeView view = view(path);
    return view == null ? null : view.readAttributes();
  }

  private static @Nullable PosixFileAttributeView view(Path path) {
    return Files.getFileAttributeView(path, PosixFileAttributeView.class);
  }

  void giveToFile(Path path) throws IOException {
    give(path, file);
  }

  /** Makes a directory, and those above it that are missing. */
  void createDirectories(Path path) throws IOException {
    if (Files.isDirectory(path)) {
      return;
    }
    Path parent = path.getParent();
    if (parent != null) {
      createDirectories(parent);
    }
    Files.createDirectory(path);
    give(path, directory);
  }

  private static void give(Path path, @Nullable PosixFileAttributes attributes) throws IOException {
    PosixFileAttributeView view = view(path);
    if (attributes == null || view == null) {
      return;
    }
    PosixFileAttributes present = view.readAttributes();
    try {
      // Owner and group first: changing them may clear mode bits.
      if (!present.owner().equals(attributes.owner())) {
        view.setOwner(attributes.owner());
      }
      if (!present.group().equals(attributes.group())) {
        view.setGroup(attributes.group());
      }
    } catch (FileSystemException e) {
      // Only root may give files away. Without that, they are ours, and the mode below may be
      // meant for another group: keep them to the owner.
      return;
    }
    if (!present.permissions().equals(attributes.permissions())) {
      view.setPermissions(attributes.permissions());
    }
  }
}
