package io.litestream.replica.s3;

import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaException.Kind;
import io.litestream.spi.ReplicaSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Optional;

/**
 * The key of SSE-C: the store encrypts with it and forgets it, so that it comes with every request
 * that carries an object's bytes. Never shown.
 *
 * @param base64 256 bits
 * @param md5 of the 256 bits, in Base64: the store checks by it that the key arrived whole
 */
record CustomerKey(String base64, String md5) {

  static final String ALGORITHM = "AES256";

  private static final int BYTES = 32;

  static Optional<CustomerKey> read(ReplicaSettings settings) throws ReplicaException {
    Optional<String> key = settings.text("sse-customer-key");
    Optional<String> path = settings.text("sse-customer-key-path");
    if (key.isPresent() && path.isPresent()) {
      throw configuration(
          "sse-customer-key-path", "and 'sse-customer-key' exclude each other; keep one of them");
    }
    if (path.isPresent()) {
      key = Optional.of(content(path.get()));
    }
    return key.isEmpty() ? Optional.empty() : Optional.of(of(key.get().strip()));
  }

  private static String content(String path) throws ReplicaException {
    try {
      return Files.readString(Path.of(path));
    } catch (IOException | InvalidPathException e) {
      throw configuration("sse-customer-key-path", "cannot be read: " + e);
    }
  }

  private static CustomerKey of(String base64) throws ReplicaException {
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      bytes = new byte[0];
    }
    if (bytes.length != BYTES) {
      throw configuration(
          "sse-customer-key", "is 32 bytes in Base64, as `openssl rand -base64 32`");
    }
    try {
      byte[] md5 = MessageDigest.getInstance("MD5").digest(bytes);
      return new CustomerKey(base64, Base64.getEncoder().encodeToString(md5));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has MD5", e);
    }
  }

  private static ReplicaException configuration(String key, String detail) {
    return new ReplicaException(
        Kind.CONFIGURATION, "configure", key, null, "'" + key + "' " + detail, null);
  }

  @Override
  public String toString() {
    return "CustomerKey[hidden]";
  }
}
