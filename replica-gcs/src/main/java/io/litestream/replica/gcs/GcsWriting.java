package io.litestream.replica.gcs;

import com.google.api.client.http.ByteArrayContent;
import com.google.api.client.http.HttpRequest;
import com.google.api.client.http.HttpResponse;
import com.google.api.client.json.gson.GsonFactory;
import com.google.api.services.storage.model.StorageObject;
import io.litestream.spi.ObjectWriter;
import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaException.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import java.util.Objects;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** One object being written; see the package on what is sent when. Holds at most one chunk. */
final class GcsWriting extends ObjectWriter {

  /** A multiple of 256 KiB, as the service wants it. */
  static final int CHUNK = 8 << 20;

  private static final int FIRST_BUFFER = 64 << 10;

  private enum State {
    OPEN,
    COMMITTED,
    FAILED,
    CLOSED
  }

  private final GcsStore store;
  private final String key;
  private final CRC32C checksum = new CRC32C();

  private byte[] buffer = new byte[FIRST_BUFFER];
  private int buffered;
  private @Nullable ResumableUpload upload;
  private State state = State.OPEN;

  GcsWriting(GcsStore store, String key) {
    this.store = store;
    this.key = key;
  }

  @Override
  public void write(int b) throws ReplicaException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws ReplicaException {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    requireOpen();
    int done = 0;
    while (done < length) {
      if (buffered == CHUNK) {
        sendChunk();
      }
      int taken = Math.min(length - done, CHUNK - buffered);
      makeRoom(taken);
      System.arraycopy(bytes, offset + done, buffer, buffered, taken);
      buffered += taken;
      done += taken;
    }
    checksum.update(bytes, offset, length);
  }

  private void makeRoom(int more) {
    if (buffered + more > buffer.length) {
      int doubled = Math.max(buffered + more, 2 * buffer.length);
      buffer = Arrays.copyOf(buffer, Math.min(CHUNK, doubled));
    }
  }

  private void sendChunk() throws ReplicaException {
    store.requireUsable("write", key);
    try {
      ResumableUpload begun = upload;
      if (begun == null) {
        begun = ResumableUpload.begin(store, store.name(key));
        upload = begun;
      }
      begun.send(buffer, buffered, false);
    } catch (IOException | RuntimeException e) {
      throw failed("write", e);
    }
    buffered = 0;
  }

  @Override
  public void commit() throws ReplicaException {
    requireOpen();
    store.requireUsable("commit", key);
    StorageObject stored;
    try {
      ResumableUpload begun = upload;
      stored = begun == null ? sendWhole() : begun.send(buffer, buffered, true);
    } catch (IOException | RuntimeException e) {
      throw failed("commit", e);
    }
    requireAsWritten(stored);
    state = State.COMMITTED;
    upload = null;
    release();
  }

  private StorageObject sendWhole() throws IOException {
    HttpRequest request =
        store
            .client()
            .requests()
            .buildPostRequest(
                store.client().uploadUrl(store.name(key), "media"),
                new ByteArrayContent("application/octet-stream", buffer, 0, buffered));
    request.setParser(GsonFactory.getDefaultInstance().createJsonObjectParser());
    HttpResponse response = request.execute();
    try {
      return response.parseAs(StorageObject.class);
    } finally {
      response.disconnect();
    }
  }

  /** A store that has kept something else is not to show it. */
  private void requireAsWritten(StorageObject stored) throws ReplicaException {
    byte[] crc = ByteBuffer.allocate(4).putInt((int) checksum.getValue()).array();
    if (Base64.getEncoder().encodeToString(crc).equals(stored.getCrc32c())) {
      return;
    }
    state = State.FAILED;
    var damaged =
        new ReplicaException(
            Kind.UNAVAILABLE,
            "commit",
            key,
            "ChecksumMismatch",
            "the store has kept other bytes than it was sent; they are deleted again",
            null);
    try {
      store
          .client()
          .api()
          .objects()
          .delete(store.bucket(), store.name(key))
          .setIfGenerationMatch(stored.getGeneration())
          .execute();
    } catch (IOException | RuntimeException e) {
      damaged.addSuppressed(store.errors().translate("delete", key, e));
    }
    throw damaged;
  }

  private ReplicaException failed(String operation, Exception e) {
    state = State.FAILED;
    return store.errors().translate(operation, key, e);
  }

  private void requireOpen() {
    if (state != State.OPEN) {
      throw new IllegalStateException(
          "the writer of " + key + " takes nothing more: " + state.name().toLowerCase(Locale.ROOT));
    }
  }

  private void release() {
    buffer = new byte[0];
    buffered = 0;
  }

  /** An upload that cannot be cancelled, since the store cannot be reached, expires by itself. */
  @Override
  public void close() {
    if (state != State.COMMITTED) {
      state = State.CLOSED;
    }
    ResumableUpload begun = upload;
    if (begun != null) {
      upload = null;
      begun.cancel();
    }
    release();
  }

  @Override
  public String toString() {
    return "GcsWriting[" + key + "]";
  }
}
