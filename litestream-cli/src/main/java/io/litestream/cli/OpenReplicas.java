package io.litestream.cli;

import io.litestream.core.ReplicaOptions;
import io.litestream.core.ReplicaStores;
import io.litestream.core.replica.LtxReader;
import io.litestream.core.replica.ReplicaReader;
import io.litestream.spi.ReplicaStore;
import io.litestream.spi.RequestObserver;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Replicas that are open for reading. Closing closes their stores. */
final class OpenReplicas implements AutoCloseable {

  private final List<ReplicaStore> stores = new ArrayList<>();
  private final List<ReplicaReader> readers = new ArrayList<>();
  private final List<LtxReader> ltxReaders = new ArrayList<>();

  private OpenReplicas() {}

  static OpenReplicas of(List<ReplicaOptions> replicas) throws IOException {
    ReplicaStores adapters = ReplicaStores.installed();
    OpenReplicas open = new OpenReplicas();
    try {
      for (ReplicaOptions replica : replicas) {
        ReplicaStore store = adapters.open(replica, RequestObserver.NONE);
        open.stores.add(store);
        open.readers.add(new ReplicaReader(replica, store));
        open.ltxReaders.add(new LtxReader(replica.name(), store));
      }
      return open;
    } catch (IOException | RuntimeException e) {
      try {
        open.close();
      } catch (IOException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e;
    }
  }

  /** In the order of the options. */
  List<ReplicaReader> readers() {
    return List.copyOf(readers);
  }

  /** The same replicas, to be read as Litestream v0.5 writes them; in the order of the options. */
  List<LtxReader> ltxReaders() {
    return List.copyOf(ltxReaders);
  }

  @Override
  public void close() throws IOException {
    IOException failure = null;
    for (ReplicaStore store : stores) {
      try {
        store.close();
      } catch (IOException e) {
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
