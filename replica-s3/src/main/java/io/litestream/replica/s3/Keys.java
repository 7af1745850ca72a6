package io.litestream.replica.s3;

import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaException.Kind;
import io.litestream.spi.ReplicaSettings;
import java.util.Map;
import java.util.Optional;

/**
 * An access key with its secret half, and the token that belongs to it if it is a temporary one.
 * Never shown.
 */
record Keys(String id, String secret, Optional<String> sessionToken) {

  /**
   * The keys that the settings name, else those of Litestream's own environment variables, unless
   * there are the variables of Amazon's tools: the library finds those by itself, and more. Empty
   * if it shall look.
   */
  static Optional<Keys> choose(ReplicaSettings settings, Map<String, String> environment)
      throws ReplicaException {
    Optional<String> id = settings.text("access-key-id");
    Optional<String> secret = settings.text("secret-access-key");
    Optional<String> token = settings.text("session-token");
    if (id.isPresent() && secret.isPresent()) {
      return Optional.of(new Keys(id.get(), secret.get(), token));
    }
    if (id.isPresent() || secret.isPresent() || token.isPresent()) {
      String missing = id.isEmpty() ? "access-key-id" : "secret-access-key";
      throw new ReplicaException(
          Kind.CONFIGURATION,
          "configure",
          missing,
          null,
          "'" + missing + "' is missing; keys are given both or neither",
          null);
    }
    String ours = environment.getOrDefault("LITESTREAM_ACCESS_KEY_ID", "");
    String oursSecret = environment.getOrDefault("LITESTREAM_SECRET_ACCESS_KEY", "");
    boolean isAmazonsSet =
        !environment.getOrDefault("AWS_ACCESS_KEY_ID", "").isEmpty()
            || !environment.getOrDefault("AWS_SECRET_ACCESS_KEY", "").isEmpty();
    return isAmazonsSet || ours.isEmpty() || oursSecret.isEmpty()
        ? Optional.empty()
        : Optional.of(new Keys(ours, oursSecret, Optional.empty()));
  }

  @Override
  public String toString() {
    return "Keys[hidden]";
  }
}
