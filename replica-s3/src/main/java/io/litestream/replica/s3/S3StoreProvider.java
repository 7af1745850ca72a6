package io.litestream.replica.s3;

import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaSettings;
import io.litestream.spi.ReplicaStore;
import io.litestream.spi.ReplicaStoreProvider;
import io.litestream.spi.RequestObserver;
import java.util.Map;
import java.util.Set;

/** Opens buckets as stores. What can be set is in the project's docs/replica-s3.md. */
public final class S3StoreProvider implements ReplicaStoreProvider {

  /** For {@link java.util.ServiceLoader}. */
  public S3StoreProvider() {}

  @Override
  public String type() {
    return "s3";
  }

  @Override
  public Set<String> schemes() {
    return Set.of("s3");
  }

  @Override
  public Map<String, String> parseUrl(String url) throws ReplicaException {
    return S3Url.parse(url);
  }

  @Override
  public ReplicaStore open(ReplicaSettings settings, RequestObserver observer)
      throws ReplicaException {
    return S3Store.open(S3Settings.read(settings, System.getenv()), Deadlines.DEFAULT, observer);
  }
}
