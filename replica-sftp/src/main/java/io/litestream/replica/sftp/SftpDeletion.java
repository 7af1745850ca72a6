package io.litestream.replica.sftp;

import io.litestream.spi.DeleteReport;
import io.litestream.spi.DeleteReport.Failure;
import io.litestream.spi.RequestObserver.Operation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;
import org.apache.sshd.sftp.client.RawSftpClient;
import org.apache.sshd.sftp.client.SftpClient;
import org.apache.sshd.sftp.client.SftpClient.Attributes;
import org.apache.sshd.sftp.common.SftpConstants;
import org.apache.sshd.sftp.common.SftpException;

/**
 * One delete of several keys. The protocol knows no batches; so that 2,500 keys do not take 2,500
 * times the way to the server and back, many requests are sent before the first answer is awaited.
 * Used once.
 */
final class SftpDeletion {

  /** How many requests are sent ahead. */
  private static final int AHEAD = 64;

  /** A request that has been sent. */
  private record Sent(String key, int id, long began) {}

  private final SftpStore store;
  private final Map<String, String> paths;
  private final List<String> deleted = new ArrayList<>();
  private final List<Failure> failed = new ArrayList<>();
  private final Set<String> parents = new LinkedHashSet<>();
  private final Deque<String> waiting;
  private final Deque<Sent> sent = new ArrayDeque<>();

  /**
   * @param paths by key
   */
  SftpDeletion(SftpStore store, Map<String, String> paths) {
    this.store = store;
    this.paths = paths;
    this.waiting = new ArrayDeque<>(paths.keySet());
  }

  DeleteReport run() {
    try {
      // A call that is made again goes on with what has no answer yet: deleting twice does no harm.
      store.call(Operation.DELETE, "delete", "", this::remove);
    } catch (IOException e) {
      giveUp(e);
    }
    return new DeleteReport(deleted, failed);
  }

  private boolean remove(SftpClient sftp) throws IOException {
    try {
      while (!waiting.isEmpty() || !sent.isEmpty()) {
        while (!waiting.isEmpty() && sent.size() < AHEAD) {
          store.requireUsable("delete", waiting.element());
          send(sftp, waiting.element());
          waiting.remove();
        }
        Sent next = sent.element();
        settle(sftp, next, answer((RawSftpClient) sftp, next.id()));
        sent.remove();
      }
      store.directories().prune(sftp, parents);
      return true;
    } finally {
      while (!sent.isEmpty()) {
        waiting.addFirst(sent.removeLast().key());
      }
    }
  }

  private void send(SftpClient sftp, String key) throws IOException {
    String path = paths.getOrDefault(key, "");
    var buffer = new ByteArrayBuffer(path.length() * 3 + Long.SIZE, false);
    buffer.putString(path, StandardCharsets.UTF_8);
    long began = System.nanoTime();
    int id = ((RawSftpClient) sftp).send(SftpConstants.SSH_FXP_REMOVE, buffer);
    sent.add(new Sent(key, id, began));
  }

  /** draft-ietf-secsh-filexfer-02, section 7: length, type, id, status, and the server's words. */
  private static SftpException answer(RawSftpClient sftp, int id) throws IOException {
    Buffer answer = sftp.receive(id);
    answer.getInt();
    int type = answer.getUByte();
    answer.getInt();
    if (type != SftpConstants.SSH_FXP_STATUS) {
      throw new IOException("the server answers a delete with a message of type " + type);
    }
    int status = answer.getInt();
    String words = answer.available() > 0 ? answer.getString() : "";
    return new SftpException(status, words);
  }

  private void settle(SftpClient sftp, Sent request, SftpException answer) throws IOException {
    String path = paths.getOrDefault(request.key(), "");
    boolean gone =
        answer.getStatus() == SftpConstants.SSH_FX_OK
            || SftpDirectories.isAbsence(answer)
            || isNoObject(sftp, path);
    if (gone) {
      deleted.add(request.key());
      parents.add(SftpKeys.parent(path));
    } else {
      failed.add(
          new Failure(
              request.key(), SftpErrors.code(answer), path + ": " + SftpErrors.words(answer)));
    }
    store.observe(Operation.DELETE, 0, request.began(), !gone);
  }

  /** A directory is no object: there is none of that key. */
  private static boolean isNoObject(SftpClient sftp, String path) throws IOException {
    try {
      Attributes there = SftpDirectories.attributes(sftp, path);
      return there == null || there.isDirectory();
    } catch (SftpException unknown) {
      return false;
    }
  }

  private void giveUp(IOException e) {
    for (String key : waiting) {
      failed.add(new Failure(key, SftpErrors.code(e), SftpErrors.words(e)));
    }
  }
}
