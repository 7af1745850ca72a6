package io.litestream.replica.azure;

import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaSettings;
import io.litestream.spi.ReplicaStore;
import io.litestream.spi.ReplicaStoreProvider;
import io.litestream.spi.RequestObserver;
import java.io.IOException;
import java.util.Map;
import java.util.Set;

/** Opens containers of Azure Blob Storage as stores. */
public final class AzureStoreProvider implements ReplicaStoreProvider {

  /** For {@link java.util.ServiceLoader}. */
  public AzureStoreProvider() {}

  @Override
  public String type() {
    return AzureSettings.TYPE;
  }

  @Override
  public Set<String> schemes() {
    return Set.of(AzureSettings.TYPE);
  }

  @Override
  public Map<String, String> parseUrl(String url) throws ReplicaException {
    return AzureSettings.parseUrl(url);
  }

  @Override
  public ReplicaStore open(ReplicaSettings settings, RequestObserver observer) throws IOException {
    AzureSettings read = AzureSettings.read(settings, System.getenv());
    return AzureStore.open(read, Deadlines.DEFAULT, observer);
  }
}
