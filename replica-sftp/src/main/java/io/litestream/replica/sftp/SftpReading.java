package io.litestream.replica.sftp;

import io.litestream.spi.NoSuchObjectException;
import io.litestream.spi.RequestObserver.Operation;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import org.apache.sshd.sftp.client.SftpClient;
import org.apache.sshd.sftp.client.SftpClient.Attributes;
import org.apache.sshd.sftp.client.SftpClient.CloseableHandle;
import org.apache.sshd.sftp.client.SftpClient.OpenMode;
import org.apache.sshd.sftp.client.impl.AbstractSftpClient;
import org.apache.sshd.sftp.client.impl.SftpInputStreamAsync;
import org.apache.sshd.sftp.common.SftpException;

/**
 * An object being read, several requests ahead: at most a window of the connection, 2 MiB. It ends
 * where the server says that the file ends; the size that it tells is no more than a guess, because
 * some servers tell that of another file which has taken the name meanwhile.
 */
final class SftpReading extends InputStream {

  private final SftpStore store;
  private final SftpClient sftp;
  private final String key;
  private final InputStream in;
  private final long size;
  private final long began;
  private long bytes;
  private boolean ended;
  private boolean failed;
  private boolean closed;

  private SftpReading(
      SftpStore store, SftpClient sftp, String key, InputStream in, long size, long began) {
    this.store = store;
    this.sftp = sftp;
    this.key = key;
    this.in = in;
    this.size = size;
    this.began = began;
  }

  static SftpReading begin(SftpStore store, SftpClient sftp, String key, String path)
      throws IOException {
    long began = System.nanoTime();
    Attributes attributes = SftpDirectories.attributes(sftp, path);
    // Neither a directory nor a pipe, which would keep the server waiting, is an object; what a
    // link leads to is not ours.
    if (attributes == null || !attributes.isRegularFile()) {
      throw new NoSuchObjectException(key, null);
    }
    CloseableHandle handle;
    try {
      handle = sftp.open(path, OpenMode.Read);
    } catch (SftpException e) {
      if (SftpDirectories.isAbsence(e)) {
        throw new NoSuchObjectException(key, e);
      }
      throw e;
    }
    try {
      long size = sftp.stat(handle).getSize();
      var in =
          new SftpInputStreamAsync(
              (AbstractSftpClient) sftp, SftpClient.IO_BUFFER_SIZE, 0, size, path, handle);
      return new SftpReading(store, sftp, key, in, size, began);
    } catch (IOException | RuntimeException e) {
      handle.close();
      throw e;
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, target.length);
    try {
      store.requireUsable("open", key);
      if (length == 0) {
        return 0;
      }
      int got = in.read(target, offset, length);
      bytes += Math.max(0, got);
      ended |= got < 0;
      return got;
    } catch (IOException | RuntimeException e) {
      failed = true;
      throw store.failed("open", key, sftp, e);
    }
  }

  /** How much of the file is left, so that whoever reads it all takes the right buffer at once. */
  @Override
  public int available() {
    return (int) Math.max(0, Math.min(Integer.MAX_VALUE, size - bytes));
  }

  /**
   * In the middle of a file there are answers to come, which the library waits for: as long as a
   * server takes that may be silent. Another thread does that.
   */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (ended || bytes >= size) {
      closeFile();
    } else {
      Thread thread = new Thread(this::closeFile, "litestream-sftp-close");
      thread.setDaemon(true);
      thread.start();
    }
    store.observe(Operation.GET, bytes, began, failed);
  }

  private void closeFile() {
    boolean interrupted = Thread.interrupted();
    try {
      in.close();
    } catch (IOException | RuntimeException e) {
      // What was read was read; the server closes the file with the connection at the latest.
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
