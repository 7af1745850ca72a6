package com.example.shelf;

import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaException.Kind;
import io.litestream.spi.ReplicaSettings;
import io.litestream.spi.ReplicaStore;
import io.litestream.spi.ReplicaStoreProvider;
import io.litestream.spi.RequestObserver;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Opens Shelves as stores. */
public final class ShelfStoreProvider implements ReplicaStoreProvider {

  private static final Duration DEADLINE = Duration.ofMinutes(2);

  /** For {@link java.util.ServiceLoader}. */
  public ShelfStoreProvider() {}

  @Override
  public String type() {
    return "shelf";
  }

  @Override
  public Set<String> schemes() {
    return Set.of("shelf");
  }

  @Override
  public Map<String, String> parseUrl(String url) throws ReplicaException {
    URI parsed = uri("url", url);
    if (parsed.getHost() == null || parsed.getUserInfo() != null || parsed.getQuery() != null) {
      throw configuration("url", "the URL of a shelf is like shelf://host/path");
    }
    String port = parsed.getPort() < 0 ? "" : ":" + parsed.getPort();
    return Map.of("endpoint", "https://" + parsed.getHost() + port, "path", parsed.getPath());
  }

  @Override
  public ReplicaStore open(ReplicaSettings settings, RequestObserver observer)
      throws ReplicaException {
    URI endpoint = uri("endpoint", settings.required("endpoint"));
    String token =
        settings
            .text("token")
            .or(() -> Optional.ofNullable(System.getenv("SHELF_TOKEN")))
            .orElseThrow(() -> configuration("token", "set 'token', or SHELF_TOKEN"));
    String path = settings.text("path").orElse("").replaceAll("^/+|/+$", "");
    settings.rejectUnread();
    return new ShelfStore(
        new ShelfRequests(endpoint, token, DEADLINE, observer), path.isEmpty() ? "" : path + "/");
  }

  private static URI uri(String key, String text) throws ReplicaException {
    try {
      return new URI(text);
    } catch (URISyntaxException e) {
      // Neither the text nor the cause, which quotes it: people put secrets into URLs.
      throw configuration(key, "'" + key + "' is not a URL");
    }
  }

  private static ReplicaException configuration(String key, String detail) {
    return new ReplicaException(Kind.CONFIGURATION, "configure", key, null, detail, null);
  }
}
