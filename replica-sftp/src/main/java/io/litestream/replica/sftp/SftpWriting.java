package io.litestream.replica.sftp;

import io.litestream.spi.ObjectWriter;
import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaException.Kind;
import io.litestream.spi.RequestObserver.Operation;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.sshd.sftp.client.SftpClient;
import org.apache.sshd.sftp.client.SftpClient.Attributes;
import org.apache.sshd.sftp.client.SftpClient.CloseableHandle;
import org.apache.sshd.sftp.client.extensions.openssh.OpenSSHFsyncExtension;
import org.apache.sshd.sftp.client.extensions.openssh.OpenSSHPosixRenameExtension;
import org.apache.sshd.sftp.client.impl.AbstractSftpClient;
import org.apache.sshd.sftp.client.impl.SftpOutputStreamAsync;
import org.apache.sshd.sftp.common.SftpException;
import org.jspecify.annotations.Nullable;

/**
 * An object being written, as a temporary file beside its place. Not more is under way than fits a
 * window of the connection, 2 MiB. Files that are made here belong to the owner alone: a replica
 * holds the whole database.
 */
final class SftpWriting extends ObjectWriter {

  private static final int OWNER_ONLY = 0600;

  private final SftpStore store;
  private final SftpClient sftp;
  private final String key;
  private final String path;
  private final String temporary;
  private final CloseableHandle handle;
  private final OutputStream out;
  private final long began = System.nanoTime();
  private long bytes;
  private boolean committed;
  private boolean closed;
  private boolean interrupted;
  private boolean abandoned;

  private SftpWriting(
      SftpStore store,
      SftpClient sftp,
      String key,
      String path,
      String temporary,
      CloseableHandle handle)
      throws IOException {
    this.store = store;
    this.sftp = sftp;
    this.key = key;
    this.path = path;
    this.temporary = temporary;
    this.handle = handle;
    this.out =
        new SftpOutputStreamAsync(
            (AbstractSftpClient) sftp, SftpClient.IO_BUFFER_SIZE, temporary, handle);
  }

  static SftpWriting begin(SftpStore store, SftpClient sftp, String key, String path)
      throws IOException {
    String directory = SftpKeys.parent(path);
    String temporary =
        SftpKeys.child(directory, SftpKeys.temporaryName(ThreadLocalRandom.current().nextLong()));
    try {
      CloseableHandle handle = store.directories().makeFile(sftp, temporary, key);
      restrict(sftp, handle);
      store.directories().sweep(sftp, directory, temporary);
      return new SftpWriting(store, sftp, key, path, temporary, handle);
    } catch (IOException | RuntimeException e) {
      // It may be there although no answer came.
      store.directories().abandon(temporary);
      throw e;
    }
  }

  private static void restrict(SftpClient sftp, CloseableHandle handle) throws IOException {
    try {
      sftp.setStat(handle, new Attributes().perms(OWNER_ONLY));
    } catch (SftpException e) {
      // A server without permissions has none that could be too wide.
    }
  }

  String temporary() {
    return temporary;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] source, int offset, int length) throws IOException {
    requireOpen("write");
    try {
      out.write(source, offset, length);
      bytes += length;
    } catch (IOException | RuntimeException e) {
      throw failed("write", e);
    }
  }

  @Override
  public void commit() throws IOException {
    requireOpen("commit");
    try {
      out.flush();
      force();
      // Waits for the answer to each write, and fails with the first that failed.
      out.close();
      rename();
      committed = true;
    } catch (IOException | RuntimeException e) {
      throw failed("commit", e);
    }
    store.ended(this);
    store.observe(Operation.PUT, bytes, began, false);
  }

  private void force() throws IOException {
    OpenSSHFsyncExtension fsync = sftp.getExtension(OpenSSHFsyncExtension.class);
    if (fsync != null && fsync.isSupported()) {
      fsync.fsync(handle);
    }
  }

  private void rename() throws IOException {
    try {
      move();
    } catch (SftpException e) {
      Attributes there = SftpDirectories.attributes(sftp, path);
      if (there == null || !there.isDirectory()) {
        throw e;
      }
      // An empty directory is nothing, in terms of keys: left by whoever deleted what was in it.
      removeEmpty();
      move();
    }
  }

  private void removeEmpty() throws IOException {
    try {
      sftp.rmdir(path);
    } catch (SftpException e) {
      throw new ReplicaException(
          Kind.CONFIGURATION,
          "commit",
          key,
          SftpErrors.code(e),
          "a directory is where the object should be: " + path,
          e);
    }
  }

  private void move() throws IOException {
    OpenSSHPosixRenameExtension atomic = sftp.getExtension(OpenSSHPosixRenameExtension.class);
    if (atomic != null && atomic.isSupported()) {
      atomic.posixRename(temporary, path);
      return;
    }
    try {
      sftp.rename(temporary, path);
    } catch (SftpException e) {
      Attributes there = SftpDirectories.attributes(sftp, path);
      if (there == null || !there.isRegularFile()) {
        throw e;
      }
      throw new ReplicaException(
          Kind.CONFIGURATION,
          "commit",
          key,
          SftpErrors.code(e),
          "the object exists, and the server cannot replace a file in one step: it lacks"
              + " posix-rename@openssh.com; remove the file, or use a server that has it",
          e);
    }
  }

  private ReplicaException failed(String operation, Exception e) {
    ReplicaException failure = store.failed(operation, key, sftp, e);
    store.observe(Operation.PUT, bytes, began, true);
    closed = true;
    if (Thread.currentThread().isInterrupted()) {
      // The server may be silent: who was interrupted hears of it now, and close() cleans up.
      interrupted = true;
      return failure;
    }
    IOException left = abandon();
    if (left != null) {
      failure.addSuppressed(left);
    }
    return failure;
  }

  /** Returns why the temporary file may still be there; null if it is gone. */
  private @Nullable IOException abandon() {
    // An interrupt ends what the thread was doing, not the cleaning up after it.
    abandoned = true;
    boolean interruptedNow = Thread.interrupted();
    try {
      closeQuietly();
      // The library ends a connection if a thread is interrupted while it sends.
      SftpClient open = interrupted && !sftp.isOpen() ? store.connected() : sftp;
      open.remove(temporary);
      store.directories().prune(open, List.of(SftpKeys.parent(path)));
      return null;
    } catch (SftpException e) {
      return SftpDirectories.isAbsence(e) ? null : e;
    } catch (IOException | RuntimeException e) {
      store.directories().abandon(temporary);
      return e instanceof IOException io ? io : new IOException(e);
    } finally {
      store.ended(this);
      if (interruptedNow) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void closeQuietly() {
    try {
      out.close();
    } catch (IOException | RuntimeException e) {
      // It is to be removed; and if the connection is gone, that fails as well, and is told.
    }
  }

  private void requireOpen(String operation) throws IOException {
    if (committed || closed) {
      throw new IllegalStateException("the writer of " + key + " has ended");
    }
    store.requireUsable(operation, key);
  }

  @Override
  public void close() throws IOException {
    if (abandoned || committed) {
      return;
    }
    closed = true;
    IOException left = abandon();
    if (left != null && !store.isClosed()) {
      throw store.failed("write", key, sftp, left);
    }
  }
}
