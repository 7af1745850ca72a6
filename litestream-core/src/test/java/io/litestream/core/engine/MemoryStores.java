package io.litestream.core.engine;

import io.litestream.spi.ReplicaSettings;
import io.litestream.spi.ReplicaStore;
import io.litestream.spi.ReplicaStoreProvider;
import io.litestream.spi.RequestObserver;
import io.litestream.testkit.InMemoryStore;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Stores of type {@code memory}, told apart by the setting {@code path}. */
final class MemoryStores implements ReplicaStoreProvider {

  private final Map<String, InMemoryStore> servers = new ConcurrentHashMap<>();

  InMemoryStore server(String path) {
    return servers.computeIfAbsent(path, each -> new InMemoryStore());
  }

  @Override
  public String type() {
    return "memory";
  }

  @Override
  public Set<String> schemes() {
    return Set.of("memory");
  }

  @Override
  public Map<String, String> parseUrl(String url) {
    return Map.of("path", url.substring(url.indexOf("://") + 3));
  }

  @Override
  public ReplicaStore open(ReplicaSettings settings, RequestObserver observer) throws IOException {
    return server(settings.required("path")).reopen(observer);
  }
}
