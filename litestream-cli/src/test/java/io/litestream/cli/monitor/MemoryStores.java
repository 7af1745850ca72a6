package io.litestream.cli.monitor;

import io.litestream.spi.ReplicaSettings;
import io.litestream.spi.ReplicaStore;
import io.litestream.spi.ReplicaStoreProvider;
import io.litestream.spi.RequestObserver;
import io.litestream.testkit.InMemoryStore;
import java.util.Map;
import java.util.Set;

/** An adapter of type {@code memory} with one store. */
final class MemoryStores implements ReplicaStoreProvider {

  final InMemoryStore server = new InMemoryStore();

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
    return Map.of();
  }

  @Override
  public ReplicaStore open(ReplicaSettings settings, RequestObserver observer) {
    return server.reopen(observer);
  }
}
