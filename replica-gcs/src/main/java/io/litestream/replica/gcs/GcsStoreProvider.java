package io.litestream.replica.gcs;

import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaSettings;
import io.litestream.spi.ReplicaStore;
import io.litestream.spi.ReplicaStoreProvider;
import io.litestream.spi.RequestObserver;
import java.io.IOException;
import java.util.Map;
import java.util.Set;

/** Opens buckets of Google Cloud Storage as stores. */
public final class GcsStoreProvider implements ReplicaStoreProvider {

  /** For {@link java.util.ServiceLoader}. */
  public GcsStoreProvider() {}

  @Override
  public String type() {
    return GcsSettings.TYPE;
  }

  @Override
  public Set<String> schemes() {
    return Set.of("gcs", "gs");
  }

  @Override
  public Map<String, String> parseUrl(String url) throws ReplicaException {
    return GcsSettings.parseUrl(url);
  }

  @Override
  public ReplicaStore open(ReplicaSettings settings, RequestObserver observer) throws IOException {
    GcsSettings read = GcsSettings.read(settings, System.getenv());
    return GcsStore.open(read, Deadlines.DEFAULT, observer);
  }
}
