package io.litestream.replica.sftp;

import io.litestream.spi.RequestObserver.Operation;
import java.io.IOException;
import org.apache.sshd.sftp.client.SftpClient;
import org.apache.sshd.sftp.client.SftpClient.Attributes;
import org.apache.sshd.sftp.client.SftpClient.CloseableHandle;
import org.apache.sshd.sftp.client.extensions.openssh.OpenSSHFsyncExtension;
import org.apache.sshd.sftp.common.SftpException;

/**
 * A file that is made unless there is one of its name: what SSH_FXF_EXCL asks of a server. Its
 * bytes follow its name.
 */
final class SftpExclusive {

  private static final int OWNER_ONLY = 0600;

  private SftpExclusive() {}

  static boolean create(SftpStore store, SftpClient sftp, String key, String path, byte[] content)
      throws IOException {
    long began = System.nanoTime();
    boolean made;
    try (CloseableHandle handle = store.directories().makeFile(sftp, path, key)) {
      made = true;
      sftp.setStat(handle, new Attributes().perms(OWNER_ONLY));
      sftp.write(handle, 0, content);
      OpenSSHFsyncExtension fsync = sftp.getExtension(OpenSSHFsyncExtension.class);
      if (fsync != null && fsync.isSupported()) {
        fsync.fsync(handle);
      }
    } catch (SftpException e) {
      // Servers tell in different ways, or not at all, that the name is taken.
      Attributes there = SftpDirectories.attributes(sftp, path);
      if (there == null) {
        throw e;
      }
      made = false;
    }
    store.observe(Operation.PUT, made ? content.length : 0, began, false);
    return made;
  }
}
