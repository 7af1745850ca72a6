package io.litestream.replica.file;

import io.litestream.spi.ListPage;
import io.litestream.spi.ListRequest;
import io.litestream.spi.ObjectInfo;
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

/**
 * One page of a listing: a walk in the order of keys that skips every directory which can hold
 * nothing that was asked for, and stops when the page is full. Attributes are read of files on the
 * page only. Used once.
 */
final class FileListing {

  private final Path root;
  private final ListRequest request;
  private final String after;
  private final List<ObjectInfo> objects = new ArrayList<>();
  private final List<String> prefixes = new ArrayList<>();
  private String last = "";
  private boolean full;

  FileListing(Path root, ListRequest request) {
    this.root = root;
    this.request = request;
    this.after = request.startAfter().orElse("");
  }

  ListPage page() throws IOException {
    // The deepest directory that the prefix names whole.
    int slash = request.prefix().lastIndexOf('/');
    String base = request.prefix().substring(0, slash + 1);
    Path directory = root;
    if (!base.isEmpty()) {
      try {
        directory = FileKeys.resolve(root, base.substring(0, slash));
      } catch (IllegalArgumentException e) {
        return ListPage.EMPTY; // no key begins like that
      }
    }
    walk(directory, base);
    return new ListPage(objects, prefixes, full ? Optional.of(last) : Optional.empty());
  }

  /** A name in a directory; that of a subdirectory ends in a slash, as it does in keys. */
  private record Entry(String key, Path path, boolean directory) {}

  private void walk(Path directory, String base) throws IOException {
    for (Entry entry : entries(directory, base)) {
      if (objects.size() + prefixes.size() >= request.limit()) {
        full = true;
      }
      if (full) {
        return;
      }
      if (!entry.directory()) {
        add(entry);
      } else if (request.delimiter().isPresent()
          && entry.key().length() > request.prefix().length()) {
        if (FileKeys.ORDER.compare(entry.key(), after) > 0 && !isEmpty(entry)) {
          prefixes.add(entry.key());
          last = entry.key();
        }
      } else {
        walk(entry.path(), entry.key());
      }
    }
  }

  /** Whether nothing lies below a directory: it then is no prefix of anything. */
  private boolean isEmpty(Entry entry) throws IOException {
    FileListing below = new FileListing(root, ListRequest.below(entry.key()).atMost(1));
    return below.page().objects().isEmpty();
  }

  private List<Entry> entries(Path directory, String base) throws IOException {
    List<Entry> entries = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
      for (Path path : stream) {
        String name = String.valueOf(path.getFileName());
        // A name that cannot be wanted as a file nor as a directory is not even looked at.
        if (FileKeys.isTemporary(name) || !mayMatter(base + name)) {
          continue;
        }
        boolean isDirectory = Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
        String key = base + name + (isDirectory ? "/" : "");
        if (isWanted(key, isDirectory)) {
          entries.add(new Entry(key, path, isDirectory));
        }
      }
    } catch (NoSuchFileException | NotDirectoryException e) {
      return List.of(); // not made yet, or gone meanwhile
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    entries.sort((a, b) -> FileKeys.ORDER.compare(a.key(), b.key()));
    return entries;
  }

  private boolean mayMatter(String key) {
    String prefix = request.prefix();
    return (key.startsWith(prefix) || prefix.startsWith(key))
        && (FileKeys.ORDER.compare(key + "/\uFFFF", after) > 0 || after.startsWith(key));
  }

  private boolean isWanted(String key, boolean isDirectory) {
    String prefix = request.prefix();
    if (!isDirectory) {
      return key.startsWith(prefix) && FileKeys.ORDER.compare(key, after) > 0;
    }
    boolean onTheWay = key.startsWith(prefix) || prefix.startsWith(key);
    return onTheWay && (FileKeys.ORDER.compare(key, after) > 0 || after.startsWith(key));
  }

  private void add(Entry entry) throws IOException {
    try {
      BasicFileAttributes attributes =
          Files.readAttributes(entry.path(), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      if (attributes.isRegularFile()) {
        objects.add(
            new ObjectInfo(
                entry.key(), attributes.size(), attributes.lastModifiedTime().toInstant()));
        last = entry.key();
      }
    } catch (NoSuchFileException e) {
      // deleted meanwhile
    }
  }
}
