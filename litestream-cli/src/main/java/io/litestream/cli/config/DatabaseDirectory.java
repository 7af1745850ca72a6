package io.litestream.cli.config;

import static java.util.Comparator.comparing;

import io.litestream.core.DatabaseOptions;
import io.litestream.core.ReplicaOptions;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.FileVisitor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/**
 * All databases in a directory. Each has its replicas below the places that are configured, at its
 * own path within the directory.
 *
 * @param directory absolute
 * @param pattern which names a database has, as a glob such as {@code *.db}
 * @param recursive whether databases in directories below count
 * @param watch whether databases that appear later are replicated, and those that vanish let go
 * @param options how each is replicated; their path stands for the directory
 */
public record DatabaseDirectory(
    Path directory, String pattern, boolean recursive, boolean watch, DatabaseOptions options) {

  /** Directories within directories, at most. */
  private static final int MAX_DEPTH = 32;

  /** Files that SQLite keeps beside a database. */
  private static final List<String> COMPANIONS = List.of("-wal", "-shm", "-journal");

  /** How a database of that path is replicated, whether it exists or not; empty if none could. */
  public Optional<DatabaseOptions> database(Path path) {
    if (!path.startsWith(directory) || path.equals(directory)) {
      return Optional.empty();
    }
    Path within = directory.relativize(path);
    int depth = within.getNameCount();
    if (depth > (recursive ? MAX_DEPTH : 1) || !matches(path)) {
      return Optional.empty();
    }
    for (int i = 0; i < depth - 1; i++) {
      if (isHidden(within.getName(i))) {
        return Optional.empty();
      }
    }
    return Optional.of(optionsOf(path, within));
  }

  private DatabaseOptions optionsOf(Path path, Path within) {
    List<String> names = new ArrayList<>();
    within.forEach(name -> names.add(name.toString()));
    String below = String.join("/", names);
    List<ReplicaOptions> replicas = new ArrayList<>();
    for (ReplicaOptions replica : options.replicas()) {
      replicas.add(replica.below(below));
    }
    return new DatabaseOptions(
        path,
        DatabaseOptions.defaultMetaPath(path),
        options.monitorInterval(),
        options.checkpointInterval(),
        options.minCheckpointPages(),
        options.maxCheckpointPages(),
        options.busyTimeout(),
        replicas);
  }

  private boolean matches(Path path) {
    Path name = path.getFileName();
    String text = name.toString();
    PathMatcher glob = name.getFileSystem().getPathMatcher("glob:" + pattern);
    return glob.matches(name) && COMPANIONS.stream().noneMatch(text::endsWith);
  }

  /** Meta directories of databases are hidden, and so is what else is not an application's. */
  private static boolean isHidden(Path name) {
    return name.toString().startsWith(".");
  }

  /**
   * The files that are there now and have a database's name, by path. An empty one is no database
   * yet. No file is opened: to close it again would release the locks of whoever has it open in
   * this process. Links are not followed.
   *
   * @throws IOException if the directory cannot be read
   */
  public List<DatabaseOptions> scan() throws IOException {
    List<DatabaseOptions> found = new ArrayList<>();
    FileVisitor<Path> visitor =
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path visited, BasicFileAttributes attributes) {
            return !visited.equals(directory) && isHidden(visited.getFileName())
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isRegularFile() && attributes.size() > 0) {
              database(file).ifPresent(found::add);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (file.equals(directory)) {
              throw e;
            }
            return FileVisitResult.CONTINUE; // gone meanwhile, or not ours to read
          }
        };
    Files.walkFileTree(directory, EnumSet.noneOf(FileVisitOption.class), depth(), visitor);
    found.sort(comparing(DatabaseOptions::path));
    return found;
  }

  private int depth() {
    return recursive ? MAX_DEPTH : 1;
  }
}
