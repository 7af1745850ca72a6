package io.litestream.replica.file;

import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaException.Kind;
import io.litestream.spi.ReplicaSettings;
import io.litestream.spi.ReplicaStore;
import io.litestream.spi.ReplicaStoreProvider;
import io.litestream.spi.RequestObserver;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/** Opens directories as stores. Its one setting is {@code path}. */
public final class FileStoreProvider implements ReplicaStoreProvider {

  /** For {@link java.util.ServiceLoader}. */
  public FileStoreProvider() {}

  @Override
  public String type() {
    return "file";
  }

  @Override
  public Set<String> schemes() {
    return Set.of("file");
  }

  @Override
  public Map<String, String> parseUrl(String url) throws ReplicaException {
    // Not decoded: the peer takes the path as it stands, and so do people who write one.
    String rest = url.substring(url.indexOf("://") + 3);
    if (!rest.startsWith("/")) {
      String host = hostOf(url);
      throw configuration(
          "the URL of a file replica has three slashes and an absolute path, such as"
              + " file:///var/backups/app"
              + (host.isEmpty() ? "" : "; '" + host + "' was taken for a host"));
    }
    return Map.of("path", rest);
  }

  private static String hostOf(String url) {
    try {
      String host = new URI(url).getHost();
      return host == null ? "" : host;
    } catch (URISyntaxException e) {
      return "";
    }
  }

  @Override
  public ReplicaStore open(ReplicaSettings settings, RequestObserver observer) throws IOException {
    String path = settings.required("path");
    settings.rejectUnread();
    try {
      return new FileStore(Path.of(path).toAbsolutePath().normalize(), observer);
    } catch (InvalidPathException e) {
      throw configuration("'" + path + "' is not a path: " + e.getReason());
    }
  }

  private static ReplicaException configuration(String detail) {
    return new ReplicaException(Kind.CONFIGURATION, "configure", "path", null, detail, null);
  }
}
