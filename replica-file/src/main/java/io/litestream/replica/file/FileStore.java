package io.litestream.replica.file;

import io.litestream.replica.file.WriterDirectory.Locking;
import io.litestream.spi.DeleteReport;
import io.litestream.spi.DeleteReport.Failure;
import io.litestream.spi.ExclusiveWrites;
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
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A directory as a store. A request, to an observer, is one call, or one key of a delete. */
final class FileStore implements ReplicaStore {

  private final Path root;
  private final RequestObserver observer;
  private final Directories directories;
  private final TemporaryFiles temporaries;
  private volatile boolean closed;

  /**
   * @param root absolute; made when the first object needs it
   */
  FileStore(Path root, RequestObserver observer) {
    this(root, observer, FileChannel::tryLock);
  }

  FileStore(Path root, RequestObserver observer, Locking locking) {
    this.root = root;
    this.observer = observer;
    this.directories = new Directories(root);
    this.temporaries = new TemporaryFiles(root, directories, locking);
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
    Path path = FileKeys.resolve(root, "open", key);
    requireUsable("open", key);
    long began = System.nanoTime();
    try {
      requireNoLink("open", key, path);
      // Neither a directory nor a pipe, which would keep the caller waiting, is an object.
      if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
        requireDirectory(root);
        throw new NoSuchFileException(path.toString());
      }
      return new FileReading(
          this, key, Files.newInputStream(path, LinkOption.NOFOLLOW_LINKS), began);
    } catch (NoSuchFileException e) {
      observe(Operation.GET, 0, began, true);
      throw new NoSuchObjectException(key, e);
    } catch (IOException e) {
      observe(Operation.GET, 0, began, true);
      throw FileErrors.translate("open", key, e);
    }
  }

  @Override
  public ObjectWriter create(String key) throws IOException {
    Path path = FileKeys.resolve(root, "write", key);
    requireUsable("write", key);
    long began = System.nanoTime();
    try {
      requireNoLink("write", key, path);
      return new FileWriting(this, directories, key, path, temporaries.create());
    } catch (IOException e) {
      observe(Operation.PUT, 0, began, true);
      throw FileErrors.translate("write", key, e);
    }
  }

  @Override
  public Optional<ExclusiveWrites> exclusiveWrites() {
    return Optional.of(this::createIfAbsent);
  }

  /** With its bytes, under a temporary name first: only one can be linked to a name. */
  private boolean createIfAbsent(String key, byte[] content) throws IOException {
    Path path = FileKeys.resolve(root, "write", key);
    requireUsable("write", key);
    long began = System.nanoTime();
    try {
      requireNoLink("write", key, path);
      try (var writing = new FileWriting(this, directories, key, path, temporaries.create())) {
        writing.write(content);
        return writing.commitIfAbsent();
      }
    } catch (ReplicaException e) {
      throw e;
    } catch (IOException e) {
      observe(Operation.PUT, 0, began, true);
      throw FileErrors.translate("write", key, e);
    }
  }

  @Override
  public DeleteReport delete(Collection<String> keys) throws IOException {
    Map<String, Path> paths = new LinkedHashMap<>();
    for (String key : keys) {
      paths.put(key, FileKeys.resolve(root, "delete", key));
    }
    requireUsable("delete", "");
    List<String> deleted = new ArrayList<>();
    List<Failure> failed = new ArrayList<>();
    Set<Path> parents = new LinkedHashSet<>();
    paths.forEach(
        (key, path) -> {
          long began = System.nanoTime();
          try {
            delete(key, path);
            deleted.add(key);
            parents.add(parent(path));
            observe(Operation.DELETE, 0, began, false);
          } catch (IOException e) {
            failed.add(new Failure(key, FileErrors.code(e), FileErrors.reason(e)));
            observe(Operation.DELETE, 0, began, true);
          }
        });
    directories.prune(parents);
    return new DeleteReport(deleted, failed);
  }

  private void delete(String key, Path path) throws IOException {
    requireNoLink("delete", key, path);
    if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      return; // a directory is no object: there is none of that key
    }
    try {
      if (!Files.deleteIfExists(path)) {
        requireDirectory(root);
      }
    } catch (FileSystemException e) {
      requireDirectory(root);
      // A file is among the parents, and so no object can be below it.
      if (!FileErrors.code(e).equals("ENOTDIR")) {
        throw e;
      }
    }
  }

  /** A link below the root could lead anywhere: what is reached through one is not ours. */
  private void requireNoLink(String operation, String key, Path path) throws ReplicaException {
    if (isReachedByLink(root, path)) {
      throw new ReplicaException(
          Kind.DENIED,
          operation,
          key,
          "ELOOP",
          path
              + " is, or is reached by, a symbolic link; links below a replica's root are not"
              + " followed",
          null);
    }
  }

  /** Whether a path below the root is a symbolic link, or leads through one. */
  static boolean isReachedByLink(Path root, Path path) {
    for (Path each = path; each != null && !each.equals(root); each = each.getParent()) {
      if (Files.isSymbolicLink(each)) {
        return true;
      }
    }
    return false;
  }

  /** A root that does not exist yet is an empty store; one that is a file is a mistake. */
  static void requireDirectory(Path root) throws IOException {
    if (Files.exists(root) && !Files.isDirectory(root)) {
      throw new NotDirectoryException(root.toString());
    }
  }

  /** The directory that an object's file is in. */
  Path parent(Path path) {
    Path parent = path.getParent();
    return parent == null ? root : parent;
  }

  /**
   * Tells the observer of a request that has ended.
   *
   * @param began by {@link System#nanoTime}
   */
  void observe(Operation operation, long bytes, long began, boolean failed) {
    observer.onRequest(
        new Request(operation, bytes, Duration.ofNanos(System.nanoTime() - began), failed));
  }

  /** Refuses to begin, or to go on with, what a closed store or an interrupted thread asks for. */
  void requireUsable(String operation, String key) throws ReplicaException {
    if (closed) {
      throw new ReplicaException(
          Kind.UNAVAILABLE, operation, key, null, "the store has been closed", null);
    }
    if (Thread.currentThread().isInterrupted()) {
      throw new ReplicaException(
          Kind.UNAVAILABLE, operation, key, "EINTR", "the thread was interrupted", null);
    }
  }

  @Override
  public void close() {
    closed = true;
    temporaries.close();
  }

  @Override
  public String toString() {
    return "FileStore[" + root + "]";
  }
}
