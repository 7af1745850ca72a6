package io.litestream.cli.config;

import io.litestream.core.ReplicaStores;
import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaSettings;
import io.litestream.spi.ReplicaStore;
import io.litestream.spi.ReplicaStoreProvider;
import io.litestream.spi.RequestObserver;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** An adapter that can only be configured. */
record FileType(String type) implements ReplicaStoreProvider {

  static ReplicaStores stores(String... types) throws ReplicaException {
    return ReplicaStores.of(List.of(types).stream().map(FileType::new).toList());
  }

  @Override
  public Set<String> schemes() {
    return Set.of(type);
  }

  @Override
  public Map<String, String> parseUrl(String url) throws ReplicaException {
    String path = url.substring((type + "://").length());
    if (path.isEmpty()) {
      throw new ReplicaException(
          ReplicaException.Kind.CONFIGURATION, "configure", null, null, "no path", null);
    }
    return Map.of("path", path);
  }

  @Override
  public ReplicaStore open(ReplicaSettings settings, RequestObserver observer) {
    throw new UnsupportedOperationException();
  }
}
