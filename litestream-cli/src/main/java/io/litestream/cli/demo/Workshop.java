package io.litestream.cli.demo;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** The directory that a demo happens in. */
record Workshop(Path directory) {

  static Workshop create() throws IOException {
    return new Workshop(Files.createTempDirectory("litestream-demo-"));
  }

  Path database() {
    return directory.resolve("app.db");
  }

  Path replica() {
    return directory.resolve("replica");
  }

  /** Where the copy goes that the restored database is compared with. */
  Path copy() {
    return directory.resolve("copy.db");
  }

  /** Copies the database, with its WAL. Nobody may have it open. */
  void copyDatabase() throws IOException {
    for (String suffix : new String[] {"", "-wal"}) {
      Path file = sibling(database(), suffix);
      if (Files.exists(file)) {
        Files.copy(file, sibling(copy(), suffix), StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  /**
   * Deletes the database and all that lies beside it; only the replica is left.
   *
   * @return how many bytes that were
   */
  long destroyDatabase() throws IOException {
    long bytes = 0;
    for (String suffix : new String[] {"", "-wal", "-shm"}) {
      Path file = sibling(database(), suffix);
      if (Files.exists(file)) {
        bytes += Files.size(file);
        Files.delete(file);
      }
    }
    deleteTree(directory.resolve(".app.db-litestream"));
    return bytes;
  }

  /** Bytes of all files below a directory. */
  static long size(Path directory) throws IOException {
    long[] bytes = new long[1];
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            bytes[0] += attributes.size();
            return FileVisitResult.CONTINUE;
          }
        });
    return bytes[0];
  }

  void delete() throws IOException {
    deleteTree(directory);
  }

  private static void deleteTree(Path tree) throws IOException {
    if (!Files.exists(tree)) {
      return;
    }
    Files.walkFileTree(
        tree,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.delete(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private static Path sibling(Path file, String suffix) {
    return file.resolveSibling(file.getFileName() + suffix);
  }
}
