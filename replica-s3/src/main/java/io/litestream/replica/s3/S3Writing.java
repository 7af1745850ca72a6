package io.litestream.replica.s3;

import io.litestream.spi.ObjectWriter;
import io.litestream.spi.ReplicaException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/**
 * An object being written: one request if it fits a part, else an upload in parts. Used by one
 * thread, but that {@link #abandon} is also called by whoever closes the store.
 */
final class S3Writing extends ObjectWriter {

  private final S3Store store;
  private final String key;
  private final String name;
  private final S3Settings settings;
  private final PartBuffer buffer = new PartBuffer();
  private final List<CompletedPart> parts = new ArrayList<>();
  private volatile @Nullable String uploadId;
  private volatile boolean committed;
  private boolean ended;

  S3Writing(S3Store store, String key) {
    this.store = store;
    this.key = key;
    this.name = store.place().name(key);
    this.settings = store.settings();
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] source, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, source.length);
    requireOpen("write");
    int done = 0;
    while (done < length) {
      int room = settings.partSizes().of(parts.size() + 1) - buffer.size();
      if (room == 0) {
        // Only now is it known that there is more than one part.
        send(() -> uploadPart("write"));
        continue;
      }
      int count = Math.min(room, length - done);
      buffer.append(source, offset + done, count);
      done += count;
    }
  }

  @Override
  public void commit() throws IOException {
    requireOpen("commit");
    send(
        () -> {
          if (uploadId == null) {
            put();
          } else {
            uploadPart("commit");
            complete();
          }
        });
    committed = true;
  }

  private void requireOpen(String operation) throws IOException {
    if (committed || ended) {
      throw new IllegalStateException("the writer of " + key + " has ended");
    }
    store.requireUsable(operation, key);
  }

  private interface Step {
    void run() throws ReplicaException;
  }

  private void send(Step step) throws IOException {
    try {
      step.run();
    } catch (ReplicaException e) {
      try {
        close();
      } catch (IOException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e;
    }
  }

  private void put() throws ReplicaException {
    PutObjectRequest.Builder request =
        request(store, name).overrideConfiguration(this::allowForBytes);
    store.call("commit", key, s3 -> s3.putObject(request.build(), body()));
  }

  /** Writes a small object in one request, unless there is one of that key. */
  static boolean createIfAbsent(S3Store store, String key, byte[] content) throws ReplicaException {
    PutObjectRequest request = request(store, store.place().name(key)).ifNoneMatch("*").build();
    try {
      store.call("commit", key, s3 -> s3.putObject(request, RequestBody.fromBytes(content)));
      return true;
    } catch (ReplicaException e) {
      if (e.code().filter("PreconditionFailed"::equals).isPresent()) {
        return false;
      }
      throw e;
    }
  }

  private static PutObjectRequest.Builder request(S3Store store, String name) {
    S3Settings settings = store.settings();
    PutObjectRequest.Builder request =
        PutObjectRequest.builder().bucket(store.place().bucket()).key(name);
    settings.storageClass().ifPresent(request::storageClass);
    settings
        .kmsKeyId()
        .ifPresent(
            id -> request.serverSideEncryption(ServerSideEncryption.AWS_KMS).ssekmsKeyId(id));
    settings
        .customerKey()
        .ifPresent(
            customer ->
                request
                    .sseCustomerAlgorithm(CustomerKey.ALGORITHM)
                    .sseCustomerKey(customer.base64())
                    .sseCustomerKeyMD5(customer.md5()));
    return request;
  }

  private void begin() throws ReplicaException {
    CreateMultipartUploadRequest.Builder request =
        CreateMultipartUploadRequest.builder().bucket(store.place().bucket()).key(name);
    if (store.place().vendor().isAmazon()) {
      request.checksumAlgorithm(ChecksumAlgorithm.CRC32);
    }
    settings.storageClass().ifPresent(request::storageClass);
    settings
        .kmsKeyId()
        .ifPresent(
            id -> request.serverSideEncryption(ServerSideEncryption.AWS_KMS).ssekmsKeyId(id));
    settings
        .customerKey()
        .ifPresent(
            customer ->
                request
                    .sseCustomerAlgorithm(CustomerKey.ALGORITHM)
                    .sseCustomerKey(customer.base64())
                    .sseCustomerKeyMD5(customer.md5()));
    store.removeOldUploads();
    var sent = new AtomicInteger();
    request.overrideConfiguration(
        configuration -> configuration.putExecutionAttribute(SentCount.COUNTER, sent));
    boolean answered = true;
    try {
      uploadId =
          store.call("write", key, s3 -> s3.createMultipartUpload(request.build())).uploadId();
    } catch (ReplicaException e) {
      answered = e.getCause() instanceof S3Exception;
      throw e;
    } finally {
      if (sent.get() > 1 || !answered) {
        // The store may have begun one upload for each time it was asked.
        store.removeLostUploads(name);
      }
    }
    // If the store was closed meanwhile, nobody but this writer knows the upload.
    store.requireUsable("write", key);
  }

  /** The upload that is under way, once it has begun. */
  Optional<String> uploadId() {
    return Optional.ofNullable(uploadId);
  }

  private void uploadPart(String operation) throws ReplicaException {
    if (uploadId == null) {
      begin();
    }
    int number = parts.size() + 1;
    if (number > PartSizes.MOST_PARTS) {
      throw new ReplicaException(
          ReplicaException.Kind.CONFIGURATION,
          operation,
          key,
          "EntityTooLarge",
          "the object has more than 10,000 parts; set a larger 'part-size'",
          null);
    }
    UploadPartRequest.Builder request =
        UploadPartRequest.builder()
            .bucket(store.place().bucket())
            .key(name)
            .uploadId(uploadId)
            .partNumber(number)
            .overrideConfiguration(this::allowForBytes);
    if (store.place().vendor().isAmazon()) {
      request.checksumAlgorithm(ChecksumAlgorithm.CRC32);
    }
    settings
        .customerKey()
        .ifPresent(
            customer ->
                request
                    .sseCustomerAlgorithm(CustomerKey.ALGORITHM)
                    .sseCustomerKey(customer.base64())
                    .sseCustomerKeyMD5(customer.md5()));
    UploadPartResponse part =
        store.call(operation, key, s3 -> s3.uploadPart(request.build(), body()));
    parts.add(
        CompletedPart.builder()
            .partNumber(number)
            .eTag(part.eTag())
            .checksumCRC32(part.checksumCRC32())
            .build());
    buffer.clear();
  }

  private void complete() throws ReplicaException {
    store.call(
        "commit",
        key,
        s3 ->
            s3.completeMultipartUpload(
                request ->
                    request
                        .bucket(store.place().bucket())
                        .key(name)
                        .uploadId(uploadId)
                        .multipartUpload(upload -> upload.parts(parts))));
  }

  private RequestBody body() {
    return RequestBody.fromContentProvider(
        buffer::newStream, buffer.size(), "application/octet-stream");
  }

  private void allowForBytes(AwsRequestOverrideConfiguration.Builder configuration) {
    Deadlines deadlines = store.deadlines();
    Duration attempt = deadlines.attempt(buffer.size());
    configuration.apiCallAttemptTimeout(attempt).apiCallTimeout(deadlines.call(buffer.size()));
  }

  @Override
  public void close() throws IOException {
    if (ended) {
      return;
    }
    ended = true;
    Optional<ReplicaException> failure = store.abandon(this);
    if (failure.isPresent()) {
      throw failure.get();
    }
  }

  /**
   * Removes what has been uploaded, unless the object was committed. May be called more than once:
   * a part that was under way at the first time may have arrived after it.
   *
   * @return why it could not be removed
   */
  Optional<ReplicaException> abandon(S3Client client) {
    String id = uploadId;
    if (id == null || committed) {
      return Optional.empty();
    }
    // The library refuses to work for a thread that is interrupted.
    boolean interrupted = Thread.interrupted();
    try {
      client.abortMultipartUpload(
          request -> request.bucket(store.place().bucket()).key(name).uploadId(id));
    } catch (S3Exception e) {
      // Aborted already; or completed, if the answer to that was lost.
      return e.statusCode() == 404 ? Optional.empty() : Optional.of(left(e));
    } catch (RuntimeException e) {
      return Optional.of(left(e));
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    return Optional.empty();
  }

  private ReplicaException left(RuntimeException e) {
    return S3Errors.translate("write", key, store.place(), e);
  }

  @Override
  public String toString() {
    return "S3Writing[" + key + "]";
  }
}
