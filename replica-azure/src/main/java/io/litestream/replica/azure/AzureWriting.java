package io.litestream.replica.azure;

import com.azure.core.util.BinaryData;
import com.azure.core.util.Context;
import com.azure.storage.blob.options.BlockBlobCommitBlockListOptions;
import com.azure.storage.blob.options.BlockBlobSimpleUploadOptions;
import com.azure.storage.blob.options.BlockBlobStageBlockOptions;
import com.azure.storage.blob.specialized.BlockBlobClient;
import io.litestream.spi.ObjectWriter;
import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaException.Kind;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.UUID;

/** One blob being written; see the package on what is sent when. Holds at most one block. */
final class AzureWriting extends ObjectWriter {

  static final int BLOCK = 8 << 20;

  /** The most that the service puts together, which makes 390 GiB. */
  private static final int MOST_BLOCKS = 50_000;

  private static final int FIRST_BUFFER = 64 << 10;

  private enum State {
    OPEN,
    COMMITTED,
    FAILED,
    CLOSED
  }

  private final AzureStore store;
  private final String key;
  private final BlockBlobClient blob;
  private final List<String> blocks = new ArrayList<>();

  /** So that two writers of one key do not take each other's blocks for their own. */
  private final String writer = UUID.randomUUID().toString();

  private byte[] buffer = new byte[FIRST_BUFFER];
  private int buffered;
  private State state = State.OPEN;

  AzureWriting(AzureStore store, String key) {
    this.store = store;
    this.key = key;
    this.blob = store.blob(key);
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
      if (buffered == BLOCK) {
        stage();
      }
      int taken = Math.min(length - done, BLOCK - buffered);
      makeRoom(taken);
      System.arraycopy(bytes, offset + done, buffer, buffered, taken);
      buffered += taken;
      done += taken;
    }
  }

  private void makeRoom(int more) {
    if (buffered + more > buffer.length) {
      int doubled = Math.max(buffered + more, 2 * buffer.length);
      buffer = Arrays.copyOf(buffer, Math.min(BLOCK, doubled));
    }
  }

  private void stage() throws ReplicaException {
    if (blocks.size() == MOST_BLOCKS) {
      state = State.FAILED;
      throw new ReplicaException(
          Kind.CONFIGURATION,
          "write",
          key,
          "BlockCountExceedsLimit",
          "an object has at most " + MOST_BLOCKS + " blocks of " + BLOCK + " bytes",
          null);
    }
    String id = blockId(blocks.size());
    request(
        "write",
        () -> {
          var options = new BlockBlobStageBlockOptions(id, content());
          options.setContentMd5(md5());
          return blob.stageBlockWithResponse(options, null, Context.NONE);
        });
    blocks.add(id);
    buffered = 0;
  }

  /** All of one blob have to be of the same length. */
  private String blockId(int number) {
    byte[] id =
        String.format(Locale.ROOT, "%s-%05d", writer, number).getBytes(StandardCharsets.US_ASCII);
    return Base64.getEncoder().encodeToString(id);
  }

  /** Not copied: a request is over before the buffer is filled again. */
  private BinaryData content() {
    return BinaryData.fromBytes(
        buffered == buffer.length ? buffer : Arrays.copyOf(buffer, buffered));
  }

  /** With it the service refuses what was damaged on the way. */
  private byte[] md5() {
    try {
      MessageDigest md5 = MessageDigest.getInstance("MD5");
      md5.update(buffer, 0, buffered);
      return md5.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has MD5", e);
    }
  }

  @Override
  public void commit() throws ReplicaException {
    requireOpen();
    if (blocks.isEmpty()) {
      request(
          "commit",
          () ->
              blob.uploadWithResponse(
                  new BlockBlobSimpleUploadOptions(content()).setContentMd5(md5()),
                  null,
                  Context.NONE));
    } else {
      stage();
      request(
          "commit",
          () ->
              blob.commitBlockListWithResponse(
                  new BlockBlobCommitBlockListOptions(blocks), null, Context.NONE));
    }
    state = State.COMMITTED;
    release();
  }

  private interface Sending {
    Object send();
  }

  private void request(String operation, Sending sending) throws ReplicaException {
    store.requireUsable(operation, key);
    try {
      sending.send();
    } catch (RuntimeException e) {
      state = State.FAILED;
      throw store.errors().translate(operation, key, e);
    }
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

  /** Blocks that were staged and not committed stay until they expire, see the package. */
  @Override
  public void close() {
    if (state != State.COMMITTED) {
      state = State.CLOSED;
    }
    release();
  }

  @Override
  public String toString() {
    return "AzureWriting[" + key + "]";
  }
}
