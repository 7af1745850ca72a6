package io.litestream.replica.file;

import io.litestream.spi.ListPage;
import io.litestream.spi.ListRequest;
import io.litestream.spi.ObjectInfo;
import io.litestream.spi.ObjectKeys;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * One page of a listing: a walk in the order of keys that enters no directory in which nothing can
 * be that was asked for, and stops when the page is full. Attributes are read of what is on the
 * page only. What vanishes meanwhile is left out. Used once.
 *
 * <p>A directory's own name is no guide to where its keys belong: {@code a-b} comes before {@code
 * a/b}, since '-' comes before '/'. So a directory is put back until its turn comes, as a name that
 * ends in a slash.
 */
final class FileListing {

  private final Path root;
  private final ListRequest request;
  private final String prefix;
  private final String after;
  private final List<ObjectInfo> objects = new ArrayList<>();
  private final List<String> prefixes = new ArrayList<>();
  private String last = "";
  private boolean full;
  private int directoriesRead;

  FileListing(Path root, ListRequest request) {
    this.root = root;
    this.request = request;
    this.prefix = request.prefix();
    this.after = request.startAfter().orElse("");
  }

  ListPage page() throws IOException {
    int slash = prefix.lastIndexOf('/');
    Path directory = root;
    if (slash >= 0) {
      try {
        directory = FileKeys.resolve(root, "list", prefix.substring(0, slash));
      } catch (IllegalArgumentException e) {
        return ListPage.EMPTY; // no key begins like that
      }
      if (FileStore.isReachedByLink(root, directory)) {
        return ListPage.EMPTY;
      }
    }
    walk(directory, prefix.substring(0, slash + 1));
    return new ListPage(objects, prefixes, full ? Optional.of(last) : Optional.empty());
  }

  /** How many directories were looked into, for a test of how little that is. */
  int directoriesRead() {
    return directoriesRead;
  }

  /**
   * @param base the key that leads to the directory; ends in a slash, or is empty for the root
   */
  private void walk(Path directory, String base) throws IOException {
    List<String> names = names(directory, base);
    Queue<String> putBack = new PriorityQueue<>(ObjectKeys.ORDER);
    int next = 0;
    while (!full && (next < names.size() || !putBack.isEmpty())) {
      String waiting = putBack.peek();
      if (waiting != null
          && (next == names.size() || ObjectKeys.ORDER.compare(waiting, names.get(next)) < 0)) {
        putBack.remove();
        enter(directory.resolve(waiting.substring(0, waiting.length() - 1)), base + waiting);
        continue;
      }
      String name = names.get(next++);
      BasicFileAttributes attributes = attributes(directory.resolve(name));
      if (attributes != null && attributes.isDirectory()) {
        putBack.add(name + "/");
      } else if (attributes != null && attributes.isRegularFile()) {
        add(base + name, attributes);
      }
    }
  }

  /** The names in a directory that are wanted, be they files or directories, in order. */
  private List<String> names(Path directory, String base) throws IOException {
    directoriesRead++;
    var names = new ArrayList<String>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
      for (Path path : stream) {
        String name = String.valueOf(path.getFileName());
        if (isWanted(base + name) && !FileKeys.isTemporary(name)) {
          names.add(name);
        }
      }
    } catch (NoSuchFileException e) {
      return List.of(); // not made yet, or gone meanwhile
    } catch (NotDirectoryException e) {
      FileStore.requireDirectory(root);
      return List.of();
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    names.sort(ObjectKeys.ORDER);
    return names;
  }

  private boolean isWanted(String key) {
    if (!key.startsWith(prefix)) {
      return false;
    }
    String asDirectory = key + "/";
    // A file's key sorts before the directory's: what is too early as a directory is so as a file.
    return ObjectKeys.ORDER.compare(asDirectory, after) > 0
        || (request.delimiter().isEmpty() && after.startsWith(asDirectory));
  }

  private void enter(Path directory, String key) throws IOException {
    if (request.delimiter().isEmpty()) {
      walk(directory, key);
    } else if (ObjectKeys.ORDER.compare(key, after) > 0 && holdsObject(directory)) {
      if (hasRoom()) {
        prefixes.add(key);
        last = key;
      }
    }
  }

  private void add(String key, BasicFileAttributes attributes) {
    if (ObjectKeys.ORDER.compare(key, after) > 0 && hasRoom()) {
      objects.add(
          new ObjectInfo(key, attributes.size(), attributes.lastModifiedTime().toInstant()));
      last = key;
    }
  }

  private boolean hasRoom() {
    full = objects.size() + prefixes.size() == request.limit();
    return !full;
  }

  /** Whether an object lies below a directory: if not, it is no prefix of anything. */
  private boolean holdsObject(Path directory) throws IOException {
    directoriesRead++;
    var below = new ArrayList<Path>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
      for (Path path : stream) {
        BasicFileAttributes attributes = attributes(path);
        if (attributes == null || FileKeys.isTemporary(String.valueOf(path.getFileName()))) {
          continue;
        }
        if (attributes.isDirectory()) {
          below.add(path);
        } else if (attributes.isRegularFile()) {
          return true;
        }
      }
    } catch (NoSuchFileException | NotDirectoryException e) {
      return false; // gone meanwhile
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    for (Path path : below) {
      if (holdsObject(path)) {
        return true;
      }
    }
    return false;
  }

  /** Of the file itself; links are neither objects nor ways to them. Null if it has vanished. */
  private static @Nullable BasicFileAttributes attributes(Path path) throws IOException {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      return null;
    }
  }
}
