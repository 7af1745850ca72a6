package io.litestream.cli;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What lies in a replica's directory, by the names of its files. It may change at any time. */
record ReplicaFiles(Path root) {

  /** The file that a process holds a lock on as long as it may write, beside what it is writing. */
  private static final Pattern LOCK = Pattern.compile(".*/\\.litestream-[0-9a-f]{16}\\.tmp/lock");

  private List<Path> files(String kind) throws IOException {
    return sizes().keySet().stream().filter(f -> f.toString().endsWith(kind + ".lz4")).toList();
  }

  List<Path> snapshots() throws IOException {
    return files(".snapshot");
  }

  /** In the order of their positions, as long as there is one generation. */
  List<Path> segments() throws IOException {
    return files(".wal");
  }

  List<String> generations() throws IOException {
    return Stream.concat(snapshots().stream(), segments().stream())
        .map(f -> root.resolve("generations").relativize(f).getName(0).toString())
        .distinct()
        .toList();
  }

  /** The index that a segment belongs to. */
  static int index(Path segment) {
    return Integer.parseInt(segment.getFileName().toString().substring(0, 8), 16);
  }

  /** The highest index that has a segment; -1 without any. */
  int lastIndex() throws IOException {
    List<Path> segments = segments();
    return segments.isEmpty() ? -1 : index(segments.get(segments.size() - 1));
  }

  static Instant time(Path object) throws IOException {
    return Files.getLastModifiedTime(object).toInstant();
  }

  /** Temporary files, of which none may be left. */
  List<Path> leftovers() throws IOException {
    return sizes().keySet().stream().filter(f -> !f.toString().endsWith(".lz4")).toList();
  }

  /** All files, temporary ones included; not a writer's lock. */
  Map<Path, Long> sizes() throws IOException {
    Map<Path, Long> sizes = new TreeMap<>();
    if (Files.isDirectory(root)) {
      Files.walkFileTree(
          root,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              if (!LOCK.matcher(file.toString()).matches()) {
                sizes.put(file, attributes.size());
              }
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
              return FileVisitResult.CONTINUE; // renamed or removed meanwhile
            }
          });
    }
    return sizes;
  }
}
