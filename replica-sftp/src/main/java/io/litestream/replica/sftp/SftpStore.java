package io.litestream.replica.sftp;

import io.litestream.spi.DeleteReport;
import io.litestream.spi.ExclusiveWrites;
import io.litestream.spi.ListPage;
import io.litestream.spi.ListRequest;
import io.litestream.spi.ObjectWriter;
import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaException.Kind;
import io.litestream.spi.ReplicaStore;
import io.litestream.spi.RequestObserver;
import io.litestream.spi.RequestObserver.Operation;
import io.litestream.spi.RequestObserver.Request;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.sshd.sftp.client.SftpClient;
import org.jspecify.annotations.Nullable;

/**
 * A directory of an SFTP server as a store. A request, to an observer, is one call, or one key of a
 * delete, however many messages it takes.
 */
final class SftpStore implements ReplicaStore {

  /** What is done on a connection. */
  interface Action<T> {
    T run(SftpClient sftp) throws IOException;
  }

  private final SftpSettings settings;
  private final Patience patience;
  private final RequestObserver observer;
  private final SftpConnection connection;
  private final SftpDirectories directories;
  private final Set<SftpWriting> writings = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  SftpStore(SftpSettings settings, Patience patience, RequestObserver observer) {
    this(settings, patience, HostKeys.defaultFiles(), observer);
  }

  SftpStore(
      SftpSettings settings, Patience patience, List<Path> knownHosts, RequestObserver observer) {
    this.settings = settings;
    this.patience = patience;
    this.observer = observer;
    this.connection = new SftpConnection(settings, patience, knownHosts);
    this.directories = new SftpDirectories(settings.root);
  }

  @Override
  public ListPage list(ListRequest request) throws IOException {
    return call(
        Operation.LIST,
        "list",
        request.prefix(),
        sftp -> {
          long began = System.nanoTime();
          ListPage page = new SftpListing(sftp, settings.root, request).page();
          observe(Operation.LIST, 0, began, false);
          return page;
        });
  }

  @Override
  public InputStream open(String key) throws IOException {
    String path = SftpKeys.resolve(settings.root, key);
    return call(Operation.GET, "open", key, sftp -> SftpReading.begin(this, sftp, key, path));
  }

  @Override
  public ObjectWriter create(String key) throws IOException {
    String path = SftpKeys.resolve(settings.root, key);
    return call(
        Operation.PUT,
        "write",
        key,
        sftp -> {
          SftpWriting writing = SftpWriting.begin(this, sftp, key, path);
          writings.add(writing);
          if (closed) {
            // The store was closed meanwhile, and may have missed this one.
            writing.close();
            throw closedFailure("write", key);
          }
          return writing;
        });
  }

  @Override
  public Optional<ExclusiveWrites> exclusiveWrites() {
    return Optional.of(
        (key, content) -> {
          String path = SftpKeys.resolve(settings.root, key);
          return call(
              Operation.PUT,
              "commit",
              key,
              sftp -> SftpExclusive.create(this, sftp, key, path, content));
        });
  }

  @Override
  public DeleteReport delete(Collection<String> keys) throws IOException {
    Map<String, String> paths = new LinkedHashMap<>();
    for (String key : keys) {
      paths.put(key, SftpKeys.resolve(settings.root, key));
    }
    requireUsable("delete", "");
    return paths.isEmpty()
        ? new DeleteReport(List.of(), List.of())
        : new SftpDeletion(this, paths).run();
  }

  /**
   * Runs an action, and once more on a new connection if the one that was there turns out to be
   * lost. Failures are told to the observer; a success the action itself tells, when it has ended.
   */
  <T> T call(Operation kind, String operation, String key, Action<T> action) throws IOException {
    for (boolean again = true; ; again = false) {
      requireUsable(operation, key);
      boolean used = connection.isConnected();
      long began = System.nanoTime();
      SftpClient sftp = null;
      try {
        sftp = connection.client();
        return action.run(sftp);
      } catch (IOException | RuntimeException e) {
        boolean lost = sftp != null && SftpErrors.isLoss(e) && isSoon(began);
        observe(kind, 0, began, true);
        ReplicaException failure = failed(operation, key, sftp, e);
        if (!(lost && used && again)) {
          throw failure;
        }
      }
    }
  }

  /**
   * Whether less time has passed than a silent server is given. Whether the connection is open does
   * not tell a loss from silence: it may not have noticed yet.
   */
  private boolean isSoon(long began) {
    return System.nanoTime() - began < patience.request().toNanos();
  }

  /** The port's error for a failure; a connection that may be unsound is dropped. */
  ReplicaException failed(String operation, String key, @Nullable SftpClient sftp, Exception e) {
    if (sftp != null && SftpErrors.isLoss(e)) {
      connection.drop(sftp);
    }
    if (SftpErrors.isInterrupt(e)) {
      Thread.currentThread().interrupt();
    }
    if (closed && !SftpErrors.isAnswer(e)) {
      return closedFailure(operation, key);
    }
    return SftpErrors.translate(operation, key, e);
  }

  /** The connection that there is, or a new one. */
  SftpClient connected() throws IOException {
    return connection.client();
  }

  SftpDirectories directories() {
    return directories;
  }

  /** A writer has been committed or abandoned. */
  void ended(SftpWriting writing) {
    writings.remove(writing);
  }

  void observe(Operation operation, long bytes, long began, boolean failed) {
    observer.onRequest(
        new Request(operation, bytes, Duration.ofNanos(System.nanoTime() - began), failed));
  }

  void requireUsable(String operation, String key) throws ReplicaException {
    if (closed) {
      throw closedFailure(operation, key);
    }
    if (Thread.currentThread().isInterrupted()) {
      throw new ReplicaException(
          Kind.UNAVAILABLE, operation, key, "EINTR", "the thread was interrupted", null);
    }
  }

  private static ReplicaException closedFailure(String operation, String key) {
    return new ReplicaException(
        Kind.UNAVAILABLE, operation, key, null, "the store has been closed", null);
  }

  boolean isClosed() {
    return closed;
  }

  @Override
  public void close() {
    closed = true;
    boolean interrupted = Thread.interrupted();
    try {
      abandonWritings();
    } catch (IOException | RuntimeException e) {
      // They are left to the first writer that comes by in a day.
    } finally {
      connection.close();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Their own threads may be in the middle of them: their files are removed under their hands. */
  private void abandonWritings() throws IOException {
    if (!writings.isEmpty() && connection.isConnected()) {
      SftpClient sftp = connection.client();
      for (SftpWriting writing : List.copyOf(writings)) {
        SftpDirectories.remove(sftp, writing.temporary());
        directories.prune(sftp, List.of(SftpKeys.parent(writing.temporary())));
      }
    }
  }

  @Override
  public String toString() {
    return "SftpStore[" + settings + "]";
  }
}
