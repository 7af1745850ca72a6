package io.litestream.core.retention;

import io.litestream.spi.DeleteReport;
import io.litestream.spi.ListPage;
import io.litestream.spi.ListRequest;
import io.litestream.spi.ObjectWriter;
import io.litestream.spi.ReplicaStore;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collection;
import java.util.List;

/** Answers every delete with success, and deletes nothing, as some stores have been seen to. */
final class LyingStore implements ReplicaStore {

  private final ReplicaStore store;

  LyingStore(ReplicaStore store) {
    this.store = store;
  }

  @Override
  public ListPage list(ListRequest request) throws IOException {
    return store.list(request);
  }

  @Override
  public InputStream open(String key) throws IOException {
    return store.open(key);
  }

  @Override
  public ObjectWriter create(String key) throws IOException {
    return store.create(key);
  }

  @Override
  public DeleteReport delete(Collection<String> keys) {
    return new DeleteReport(List.copyOf(keys), List.of());
  }

  @Override
  public void close() throws IOException {
    store.close();
  }
}
