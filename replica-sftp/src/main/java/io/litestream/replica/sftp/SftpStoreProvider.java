package io.litestream.replica.sftp;

import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaSettings;
import io.litestream.spi.ReplicaStore;
import io.litestream.spi.ReplicaStoreProvider;
import io.litestream.spi.RequestObserver;
import java.io.IOException;
import java.util.Map;
import java.util.Set;

/** Opens directories of SFTP servers as stores. */
public final class SftpStoreProvider implements ReplicaStoreProvider {

  /** For {@link java.util.ServiceLoader}. */
  public SftpStoreProvider() {}

  @Override
  public String type() {
    return "sftp";
  }

  @Override
  public Set<String> schemes() {
    return Set.of("sftp");
  }

  @Override
  public Map<String, String> parseUrl(String url) throws ReplicaException {
    return SftpSettings.parseUrl(url);
  }

  @Override
  public ReplicaStore open(ReplicaSettings settings, RequestObserver observer) throws IOException {
    return new SftpStore(SftpSettings.read(settings), Patience.DEFAULT, observer);
  }
}
