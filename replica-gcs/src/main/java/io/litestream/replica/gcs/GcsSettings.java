package io.litestream.replica.gcs;

import io.litestream.spi.ObjectKeys;
import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaException.Kind;
import io.litestream.spi.ReplicaSettings;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where a replica is.
 *
 * @param endpoint of the service, without a slash at the end
 * @param path what every object's name begins with, without slashes at its ends; may be empty
 * @param authenticated whether requests carry credentials; an emulator takes none
 */
record GcsSettings(String endpoint, String bucket, String path, boolean authenticated) {

  static final String TYPE = "gcs";
  static final String EMULATOR = "STORAGE_EMULATOR_HOST";

  private static final String SERVICE = "https://storage.googleapis.com";

  /** As Google has them: letters, digits, hyphens, underscores and dots. */
  private static final String BUCKET = "[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]";

  /** {@code gcs://BUCKET/PATH}. */
  static Map<String, String> parseUrl(String url) throws ReplicaException {
    String rest = url.substring(url.indexOf("://") + 3);
    int slash = rest.indexOf('/');
    String bucket = slash < 0 ? rest : rest.substring(0, slash);
    if (bucket.isEmpty() || bucket.contains("@")) {
      throw wrong("url", "a gcs:// URL names a bucket and nothing before it: gcs://BUCKET/PATH");
    }
    return Map.of("bucket", bucket, "path", slash < 0 ? "" : rest.substring(slash + 1));
  }

  /**
   * @throws ReplicaException of kind {@code CONFIGURATION}, if a setting is missing or malformed
   */
  static GcsSettings read(ReplicaSettings settings, Map<String, String> environment)
      throws ReplicaException {
    String bucket = settings.required("bucket");
    String path = path(settings.text("path").orElse(""));
    settings.rejectUnread();
    if (!bucket.matches(BUCKET)) {
      throw wrong("bucket", "'" + bucket + "' is not the name of a bucket");
    }
    Optional<String> emulator =
        Optional.ofNullable(environment.get(EMULATOR)).filter(host -> !host.isEmpty());
    return new GcsSettings(
        emulator.isPresent() ? endpoint(emulator.get()) : SERVICE,
        bucket,
        path,
        emulator.isEmpty());
  }

  /** Google's own libraries take it with and without a scheme. */
  private static String endpoint(String host) throws ReplicaException {
    String text = host.contains("://") ? host : "http://" + host;
    try {
      URI uri = new URI(text);
      if (uri.getHost() != null && List.of("http", "https").contains(uri.getScheme())) {
        return text.replaceAll("/+$", "");
      }
    } catch (URISyntaxException e) {
      // Said below.
    }
    throw wrong(EMULATOR, "'" + host + "' is not a host and port, such as localhost:4443");
  }

  private static String path(String text) throws ReplicaException {
    String path = text.replaceAll("^/+|/+$", "");
    if (!path.isEmpty()) {
      try {
        ObjectKeys.requireValid(path);
      } catch (IllegalArgumentException e) {
        throw wrong("path", "'" + text + "' is not a path in a bucket: " + e.getMessage());
      }
    }
    return path;
  }

  private static ReplicaException wrong(String key, String detail) {
    return new ReplicaException(Kind.CONFIGURATION, "configure", key, null, detail, null);
  }
}
