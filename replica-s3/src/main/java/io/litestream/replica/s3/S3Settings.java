package io.litestream.replica.s3;

import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaException.Kind;
import io.litestream.spi.ReplicaSettings;
import java.util.Map;
import java.util.Optional;

/**
 * Everything that a replica's settings say.
 *
 * @param keys empty if the vendor's library shall look for some
 * @param isVerified whether the server's certificate is checked
 * @param storageClass the store's name for it; empty for its default
 * @param kmsKeyId the key that the store encrypts with (SSE-KMS)
 */
record S3Settings(
    S3Place place,
    Optional<Keys> keys,
    boolean isVerified,
    PartSizes partSizes,
    Optional<String> storageClass,
    Optional<String> kmsKeyId,
    Optional<CustomerKey> customerKey) {

  /**
   * @param environment the process's variables
   */
  static S3Settings read(ReplicaSettings settings, Map<String, String> environment)
      throws ReplicaException {
    S3Place place = S3Place.read(settings);
    var all =
        new S3Settings(
            place,
            Keys.choose(settings, environment),
            !settings.flag("skip-verify", false),
            PartSizes.read(settings, place.vendor()),
            settings.text("storage-class"),
            settings.text("sse-kms-key-id"),
            CustomerKey.read(settings));
    settings.rejectUnread();
    if (all.kmsKeyId().isPresent() && all.customerKey().isPresent()) {
      throw configuration(
          "sse-kms-key-id", "'sse-kms-key-id' and 'sse-customer-key' exclude each other");
    }
    if (all.customerKey().isPresent() && !all.isEncrypted()) {
      throw configuration(
          "sse-customer-key", "'sse-customer-key' is sent with each request, so it needs TLS");
    }
    return all;
  }

  private boolean isEncrypted() {
    return place.endpoint().map(uri -> uri.getScheme().equals("https")).orElse(true);
  }

  private static ReplicaException configuration(String key, String detail) {
    return new ReplicaException(Kind.CONFIGURATION, "configure", key, null, detail, null);
  }
}
