package io.litestream.cli.check;

import io.litestream.core.ReplicaOptions;
import io.litestream.core.ReplicaStores;
import io.litestream.core.check.Finding;
import io.litestream.core.check.StoreProbe;
import io.litestream.core.check.Verdict;
import io.litestream.spi.ReplicaStore;
import io.litestream.spi.RequestObserver;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/** Opens a replica's store for a moment, and probes it. */
public final class ReplicaProbe {

  private ReplicaProbe() {}

  /** What a replica's store allows; a store that cannot be opened is a finding as well. */
  public static List<Finding> run(
      ReplicaStores adapters, ReplicaOptions replica, RequestObserver observer, Clock clock) {
    try (ReplicaStore store = adapters.open(replica, observer)) {
      return StoreProbe.run(store, replica.type(), clock);
    } catch (IOException e) {
      return List.of(
          new Finding(
              "settings",
              Verdict.SETTINGS,
              Optional.empty(),
              Optional.empty(),
              String.valueOf(e.getMessage())));
    }
  }
}
