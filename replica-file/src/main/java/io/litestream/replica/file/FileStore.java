package io.litestream.replica.file;

import io.litestream.spi.DeleteReport;
import io.litestream.spi.ListPage;
import io.litestream.spi.ListRequest;
import io.litestream.spi.NoSuchObjectException;
import io.litestream.spi.ObjectWriter;
import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaException.Kind;
import io.litestream.spi.ReplicaStore;
import io.litestream.spi.RequestObserver;
import io.litestream.spi.RequestObserver.Operation;
import io.litestream.spi.RequestObserver.Request;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;

/** A directory as a store. */
final class FileStore implements ReplicaStore {

  private final Path root;
  private final RequestObserver observer;
  private volatile boolean closed;

  FileStore(Path root, RequestObserver observer) {
    this.root = root;
    this.observer = observer;
  }

  @Override
  public ListPage list(ListRequest request) throws IOException {
    requireUsable("list", request.prefix());
    long began = System.nanoTime();
    boolean failed = true;
    try {
      ListPage page = new FileListing(root, request).page();
      failed = false;
      return page;
    } catch (IOException e) {
      throw FileErrors.translate("list", request.prefix(), e);
    } finally {
      observe(Operation.LIST, 0, began, failed);
    }
  }

  @Override
  public InputStream open(String key) throws IOException {
    Path path = FileKeys.resolve(root, key);
    requireUsable("open", key);
    long began = System.nanoTime();
    try {
      requireNoLink("open", key, path);
      if (Files.isDirectory(path)) {
        throw new NoSuchFileException(path.toString());
      }
      return new FileReading(
          this,
          key,
          Files.newInputStream(path),
          bytes -> observe(Operation.GET, bytes, began, false));
    } catch (IOException e) {
      observe(Operation.GET, 0, began, true);
      if (e instanceof NoSuchFileException
          || (e instanceof FileSystemException && FileErrors.code(e).equals("ENOTDIR"))) {
        throw new NoSuchObjectException(key, e);
      }
      throw FileErrors.translate("open", key, e);
    }
  }

  @Override
  public ObjectWriter create(String key) throws IOException {
    Path path = FileKeys.resolve(root, key);
    requireUsable("write", key);
    try {
      requireNoLink("write", key, path);
      return FileWriting.begin(this, root, key, path);
    } catch (IOException e) {
      throw FileErrors.translate("write", key, e);
    }
  }

  @Override
  public DeleteReport delete(Collection<String> keys) throws IOException {
    List<Path> paths = new ArrayList<>();
    List<String> unique = List.copyOf(new LinkedHashSet<>(keys));
    for (String key : unique) {
      paths.add(FileKeys.resolve(root, key));
    }
    requireUsable("delete", "");
    List<String> deleted = new ArrayList<>();
    List<DeleteReport.Failure> failed = new ArrayList<>();
    for (int i = 0; i < unique.size(); i++) {
      String key = unique.get(i);
      long began = System.nanoTime();
      try {
        requireNoLink("delete", key, paths.get(i));
        delete(paths.get(i));
        deleted.add(key);
        observe(Operation.DELETE, 0, began, false);
      } catch (IOException e) {
        failed.add(new DeleteReport.Failure(key, FileErrors.code(e), FileErrors.reason(e)));
        observe(Operation.DELETE, 0, began, true);
      }
    }
    return new DeleteReport(deleted, failed);
  }

  private void delete(Path path) throws IOException {
    try {
      if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
        return; // a directory is no object: there is none of that key
      }
      Files.deleteIfExists(path);
    } catch (FileSystemException e) {
      if (!FileErrors.code(e).equals("ENOTDIR")) {
        throw e;
      }
      return; // a parent is a file, so there is no such object
    }
    for (Path parent = path.getParent();
        parent != null && !parent.equals(root) && parent.startsWith(root);
        parent = parent.getParent()) {
      try {
        Files.delete(parent);
      } catch (DirectoryNotEmptyException | NoSuchFileException e) {
        return;
      } catch (FileSystemException e) {
        return; // an empty directory does no harm
      }
    }
  }

  /** A link below the root could lead anywhere: what is reached through one is not ours. */
  private void requireNoLink(String operation, String key, Path path) throws IOException {
    for (Path each = path; each != null && !each.equals(root); each = each.getParent()) {
      if (Files.isSymbolicLink(each)) {
        throw new ReplicaException(
            Kind.DENIED, operation, key, "ELOOP", each + " is a symbolic link", null);
      }
    }
  }

  void observe(Operation operation, long bytes, long began, boolean failed) {
    observer.onRequest(
        new Request(operation, bytes, Duration.ofNanos(System.nanoTime() - began), failed));
  }

  void requireUsable(String operation, String key) throws IOException {
    if (closed) {
      throw new ReplicaException(
          Kind.UNAVAILABLE, operation, key, null, "the store has been closed", null);
    }
    if (Thread.currentThread().isInterrupted()) {
      throw new ReplicaException(
          Kind.UNAVAILABLE, operation, key, null, "the thread was interrupted", null);
    }
  }

  @Override
  public void close() {
    closed = true;
  }

  @Override
  public String toString() {
    return "FileStore[" + root + "]";
  }
}
