package io.litestream.replica.s3;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.MultipartUpload;

/**
 * Removes uploads that nobody will end. Nothing shows them, and they are billed until somebody
 * looks. Never fails: whoever wants to upload shall not be kept from it.
 */
final class LeftUploads {

  private static final Logger log = LoggerFactory.getLogger(LeftUploads.class);

  /** A younger one may be at work, here or elsewhere. */
  private static final Duration OLD = Duration.ofDays(7);

  private final S3Place place;
  private final InstantSource clock;
  private final AtomicBoolean done = new AtomicBoolean();

  LeftUploads(S3Place place, InstantSource clock) {
    this.place = place;
    this.clock = clock;
  }

  /**
   * Removes those below the root whose process must have died. Looks once in the life of a store,
   * before it begins an upload in parts itself: that is as often as one could have been left.
   */
  void removeOld(S3Client client) {
    if (!done.getAndSet(true)) {
      Instant limit = clock.instant().minus(OLD);
      remove(
          client,
          place.name(""),
          upload -> upload.initiated() != null && upload.initiated().isBefore(limit));
    }
  }

  /**
   * Removes those of an object whose beginning was not answered, so that nobody knows their number.
   *
   * @param known the numbers of those that somebody here is at work with
   */
  void removeLost(S3Client client, String name, Set<String> known) {
    remove(client, name, upload -> upload.key().equals(name) && !known.contains(upload.uploadId()));
  }

  private void remove(S3Client client, String prefix, Predicate<MultipartUpload> isLeft) {
    // The library refuses to work for a thread that is interrupted.
    boolean interrupted = Thread.interrupted();
    try {
      client
          .listMultipartUploads(request -> request.bucket(place.bucket()).prefix(prefix))
          .uploads()
          .stream()
          .filter(isLeft)
          .forEach(upload -> abort(client, upload));
    } catch (RuntimeException e) {
      // It takes a permission of its own, and some stores do not know the request.
      log.atDebug()
          .addKeyValue("place", place)
          .addKeyValue("error", S3Errors.reason(place, e))
          .log("cannot look for uploads that were left behind");
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void abort(S3Client client, MultipartUpload upload) {
    client.abortMultipartUpload(
        request -> request.bucket(place.bucket()).key(upload.key()).uploadId(upload.uploadId()));
    log.atInfo()
        .addKeyValue("place", place)
        .addKeyValue("key", upload.key())
        .addKeyValue("begun", upload.initiated())
        .log("removed an upload that was left behind");
  }
}
