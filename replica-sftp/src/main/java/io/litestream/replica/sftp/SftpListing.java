package io.litestream.replica.sftp;

import io.litestream.spi.ListPage;
import io.litestream.spi.ListRequest;
import io.litestream.spi.ObjectInfo;
import io.litestream.spi.ObjectKeys;
import java.io.IOException;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.apache.sshd.sftp.client.SftpClient;
import org.apache.sshd.sftp.client.SftpClient.Attributes;
import org.apache.sshd.sftp.client.SftpClient.DirEntry;
import org.apache.sshd.sftp.common.SftpException;

/**
 * One page of a listing: a walk in the order of keys that enters no directory in which nothing can
 * be that was asked for, and stops when the page is full. What vanishes meanwhile is left out. Used
 * once.
 *
 * <p>A directory's own name is no guide to where its keys belong: {@code a-b} comes before {@code
 * a/b}, since '-' comes before '/'. So a directory takes part in the order as a name that ends in a
 * slash.
 */
final class SftpListing {

  /** What a directory holds; the name of a directory ends in a slash. */
  private record Entry(String name, Attributes attributes) {}

  private final SftpClient sftp;
  private final String root;
  private final ListRequest request;
  private final String prefix;
  private final String after;
  private final List<ObjectInfo> objects = new ArrayList<>();
  private final List<String> prefixes = new ArrayList<>();
  private String last = "";
  private boolean full;

  SftpListing(SftpClient sftp, String root, ListRequest request) {
    this.sftp = sftp;
    this.root = root;
    this.request = request;
    this.prefix = request.prefix();
    this.after = request.startAfter().orElse("");
  }

  ListPage page() throws IOException {
    int slash = prefix.lastIndexOf('/');
    String directory = root;
    if (slash >= 0) {
      try {
        directory = SftpKeys.resolve(root, prefix.substring(0, slash));
      } catch (IllegalArgumentException e) {
        return ListPage.EMPTY; // no key begins like that
      }
    }
    walk(directory, prefix.substring(0, slash + 1));
    return new ListPage(objects, prefixes, full ? Optional.of(last) : Optional.empty());
  }

  /**
   * @param base the key that leads to the directory; ends in a slash, or is empty for the root
   */
  private void walk(String directory, String base) throws IOException {
    for (Entry entry : wanted(directory, base)) {
      if (full) {
        return;
      }
      String key = base + entry.name();
      if (entry.attributes().isDirectory()) {
        enter(SftpKeys.child(directory, entry.name().substring(0, entry.name().length() - 1)), key);
      } else {
        add(key, entry.attributes());
      }
    }
  }

  private List<Entry> wanted(String directory, String base) throws IOException {
    var wanted = new ArrayList<Entry>();
    for (DirEntry entry : entries(directory)) {
      String name = entry.getFilename();
      Attributes attributes = entry.getAttributes();
      if (isWanted(base + name) && !SftpKeys.isTemporary(name)) {
        if (attributes.isDirectory()) {
          wanted.add(new Entry(name + "/", attributes));
        } else if (attributes.isRegularFile()) {
          wanted.add(new Entry(name, attributes));
        }
      }
    }
    wanted.sort(Comparator.comparing(Entry::name, ObjectKeys.ORDER));
    return wanted;
  }

  private List<DirEntry> entries(String directory) throws IOException {
    try {
      return SftpDirectories.entries(sftp, directory);
    } catch (SftpException e) {
      if (SftpDirectories.isAbsence(e)) {
        return List.of(); // not made yet, or gone meanwhile
      }
      Attributes there = SftpDirectories.attributes(sftp, directory);
      if (there == null || (!there.isDirectory() && !directory.equals(root))) {
        return List.of();
      }
      throw e;
    }
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

  private void enter(String directory, String key) throws IOException {
    if (request.delimiter().isEmpty()) {
      walk(directory, key);
    } else if (ObjectKeys.ORDER.compare(key, after) > 0 && holdsObject(directory) && hasRoom()) {
      prefixes.add(key);
      last = key;
    }
  }

  private void add(String key, Attributes attributes) {
    if (ObjectKeys.ORDER.compare(key, after) > 0 && hasRoom()) {
      FileTime modified = attributes.getModifyTime();
      objects.add(
          new ObjectInfo(
              key, attributes.getSize(), modified == null ? Instant.EPOCH : modified.toInstant()));
      last = key;
    }
  }

  private boolean hasRoom() {
    full = objects.size() + prefixes.size() == request.limit();
    return !full;
  }

  /** Whether an object lies below a directory: if not, it is no prefix of anything. */
  private boolean holdsObject(String directory) throws IOException {
    var below = new ArrayList<String>();
    for (DirEntry entry : entries(directory)) {
      if (entry.getAttributes().isDirectory()) {
        below.add(entry.getFilename());
      } else if (entry.getAttributes().isRegularFile()
          && !SftpKeys.isTemporary(entry.getFilename())) {
        return true;
      }
    }
    for (String name : below) {
      if (holdsObject(SftpKeys.child(directory, name))) {
        return true;
      }
    }
    return false;
  }
}
