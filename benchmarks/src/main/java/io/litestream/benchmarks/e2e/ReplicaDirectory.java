package io.litestream.benchmarks.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** A replica of type {@code file}, seen from outside while somebody writes it. */
record ReplicaDirectory(Path root) {

  /** The files that are there, whole: {@code generations/GENERATION/KIND/NAME.lz4}. */
  List<Path> objects(String kind) throws IOException {
    List<Path> objects = new ArrayList<>();
    for (Path generation : children(root.resolve("generations"))) {
      for (Path object : children(generation.resolve(kind))) {
        if (object.toString().endsWith(".lz4")) {
          objects.add(object);
        }
      }
    }
    return objects;
  }

  private static List<Path> children(Path directory) throws IOException {
    try (Stream<Path> children = Files.list(directory)) {
      return children.toList();
    } catch (NoSuchFileException | NotDirectoryException e) {
      return List.of();
    }
  }

  boolean has(String kind, Predicate<List<Path>> what) {
    try {
      return what.test(objects(kind));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  boolean hasSnapshot() {
    return has("snapshots", objects -> !objects.isEmpty());
  }

  int segments() throws IOException {
    return objects("wal").size();
  }

  /** The highest WAL index that something is there of; -1 if none. */
  int lastIndex() throws IOException {
    int last = -1;
    for (Path segment : objects("wal")) {
      String name = String.valueOf(segment.getFileName()).toLowerCase(Locale.ROOT);
      last = Math.max(last, Integer.parseInt(name.substring(0, 8), 16));
    }
    return last;
  }

  /** The bytes of all objects. */
  long bytes() throws IOException {
    long bytes = 0;
    for (String kind : List.of("snapshots", "wal")) {
      for (Path object : objects(kind)) {
        bytes += Files.size(object);
      }
    }
    return bytes;
  }
}
