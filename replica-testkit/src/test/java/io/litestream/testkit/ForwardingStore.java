package io.litestream.testkit;

import io.litestream.spi.DeleteReport;
import io.litestream.spi.ListPage;
import io.litestream.spi.ListRequest;
import io.litestream.spi.ObjectWriter;
import io.litestream.spi.ReplicaStore;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collection;

/** Does what another store does, but for what a subclass does wrong. */
class ForwardingStore implements ReplicaStore {

  final InMemoryStore store;

  ForwardingStore(InMemoryStore store) {
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
  public DeleteReport delete(Collection<String> keys) throws IOException {
    return store.delete(keys);
  }

  @Override
  public void close() throws IOException {
    store.close();
  }
}
