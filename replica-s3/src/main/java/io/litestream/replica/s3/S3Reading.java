package io.litestream.replica.s3;

import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/**
 * An object being read. If its connection breaks, reading goes on over another one, from where it
 * was: from the same object, since the request names its tag. Used by one thread.
 */
final class S3Reading extends InputStream {

  /** How often connections may break before they have brought enough between them. */
  private static final int MOST_FAILURES = 3;

  private static final long ENOUGH = 1 << 20;

  private final S3Store store;
  private final String key;
  private final long length;
  private final @Nullable String tag;
  private ResponseInputStream<GetObjectResponse> in;
  private long position;
  private int failures;
  private long enoughAt;
  private boolean finished;
  private boolean closed;

  private S3Reading(S3Store store, String key, ResponseInputStream<GetObjectResponse> in) {
    this.store = store;
    this.key = key;
    this.in = in;
    Long told = in.response().contentLength();
    this.length = told == null ? -1 : told;
    this.tag = in.response().eTag();
  }

  static S3Reading open(S3Store store, String key) throws ReplicaException {
    return new S3Reading(store, key, request(store, key, 0, null));
  }

  private static ResponseInputStream<GetObjectResponse> request(
      S3Store store, String key, long from, @Nullable String tag) throws ReplicaException {
    GetObjectRequest.Builder request =
        GetObjectRequest.builder()
            .bucket(store.place().bucket())
            .key(store.place().name(key))
            .ifMatch(tag);
    if (from > 0) {
      request.range("bytes=" + from + "-");
    }
    store
        .settings()
        .customerKey()
        .ifPresent(
            customer ->
                request
                    .sseCustomerAlgorithm(CustomerKey.ALGORITHM)
                    .sseCustomerKey(customer.base64())
                    .sseCustomerKeyMD5(customer.md5()));
    return store.call("open", key, s3 -> s3.getObject(request.build()));
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] target, int offset, int count) throws IOException {
    Objects.checkFromIndexSize(offset, count, target.length);
    if (closed) {
      throw new IOException("the stream of " + key + " has been closed");
    }
    if (count == 0) {
      return 0;
    }
    while (position != length) {
      store.requireUsable("open", key);
      try {
        int got = in.read(target, offset, count);
        if (got > 0) {
          position += got;
          if (position >= enoughAt) {
            failures = 0;
          }
          return got;
        }
        if (length < 0) {
          return -1;
        }
        resume(new IOException("the answer ended early"));
      } catch (AbortedException e) {
        throw store.failed("open", key, e);
      } catch (ReplicaException e) {
        throw e;
      } catch (IOException | RuntimeException e) {
        resume(e);
      }
    }
    finish();
    return -1;
  }

  /** The library checks the object's checksum, if the store has one, when it sees the end. */
  private void finish() throws ReplicaException {
    if (finished) {
      return;
    }
    finished = true;
    try {
      in.read();
    } catch (IOException e) {
      // The bytes are there; what else the connection had to say does not matter.
      return;
    } catch (RuntimeException e) {
      throw store.failed("open", key, e);
    }
  }

  private void resume(Exception broken) throws ReplicaException {
    in.abort();
    store.requireUsable("open", key);
    failures++;
    enoughAt = position + ENOUGH;
    if (failures > MOST_FAILURES || tag == null || length < 0) {
      throw brokenOff(broken);
    }
    in = request(store, key, position, tag);
    String range = in.response().contentRange();
    if (position > 0 && (range == null || !range.startsWith("bytes " + position + "-"))) {
      in.abort();
      throw brokenOff(broken);
    }
  }

  private ReplicaException brokenOff(Exception broken) {
    return new ReplicaException(
        Kind.UNAVAILABLE,
        "open",
        key,
        "NoAnswer",
        "the connection broke after "
            + position
            + (length < 0 ? "" : " of " + length)
            + " bytes: "
            + broken.getMessage(),
        broken);
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (position == length) {
      try {
        // Back to the pool with the connection.
        in.close();
        return;
      } catch (IOException e) {
        // As in finish().
      }
    }
    // Closing would read the rest, however much it is.
    in.abort();
  }
}
