package com.example.shelf;

import io.litestream.spi.ReplicaException.Kind;
import io.litestream.spi.ReplicaStore;
import io.litestream.spi.RequestObserver;
import io.litestream.testkit.Capability;
import io.litestream.testkit.HttpFaultProxy;
import io.litestream.testkit.StoreOperation;
import io.litestream.testkit.StoreUnderTest;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/** A part of a Shelf, behind a proxy that can make requests fail. */
final class ShelfUnderTest implements StoreUnderTest {

  private static final String ROOT = "backups/app db/";

  private final ShelfServer server = new ShelfServer();
  private final HttpFaultProxy proxy = HttpFaultProxy.before(server.address());
  private final Duration deadline;

  ShelfUnderTest(Duration deadline) throws IOException {
    this.deadline = deadline;
  }

  @Override
  public ReplicaStore open(RequestObserver observer) {
    var endpoint = URI.create("http://127.0.0.1:" + proxy.port());
    return new ShelfStore(new ShelfRequests(endpoint, ShelfServer.TOKEN, deadline, observer), ROOT);
  }

  @Override
  public Set<Capability> capabilities() {
    return Set.of(
        Capability.DENIES_DELETES,
        Capability.FAILS_COMMITS,
        Capability.BECOMES_UNREACHABLE,
        Capability.FALLS_SILENT,
        Capability.STANDS_BEHIND_A_PROXY,
        Capability.HAS_SECRETS,
        Capability.NESTS_KEYS);
  }

  @Override
  public void makeUndeletable(String key) {
    server.objects().denyDelete((ROOT + key)::equals);
  }

  @Override
  public void makeUncommittable(String key) {
    server
        .objects()
        .failWhen(
            call -> call.operation() == StoreOperation.COMMIT && call.key().equals(ROOT + key),
            Kind.UNAVAILABLE);
  }

  @Override
  public void makeUnreachable() throws IOException {
    proxy.close();
  }

  @Override
  public HttpFaultProxy proxy() {
    return proxy;
  }

  @Override
  public Collection<String> secrets() {
    return List.of(ShelfServer.TOKEN);
  }

  @Override
  public void close() throws IOException {
    proxy.close();
    server.close();
  }
}
