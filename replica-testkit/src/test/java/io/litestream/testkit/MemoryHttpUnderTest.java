package io.litestream.testkit;

import io.litestream.spi.ReplicaStore;
import io.litestream.spi.RequestObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.function.BiFunction;

/** The store in memory, behind HTTP and a proxy. */
final class MemoryHttpUnderTest implements StoreUnderTest {

  private final MemoryHttpServer server;
  private final HttpFaultProxy proxy;
  private final Duration patience;
  private final BiFunction<HttpFaultProxy, RequestObserver, ReplicaStore> opening;

  /**
   * @param opening opens a client that connects to the proxy
   */
  MemoryHttpUnderTest(
      Duration patience, BiFunction<HttpFaultProxy, RequestObserver, ReplicaStore> opening)
      throws IOException {
    this.patience = patience;
    this.opening = opening;
    server = new MemoryHttpServer();
    proxy = HttpFaultProxy.before(server.address());
  }

  @Override
  public ReplicaStore open(RequestObserver observer) {
    return opening.apply(proxy, observer);
  }

  @Override
  public Set<Capability> capabilities() {
    return Set.of(Capability.STANDS_BEHIND_A_PROXY);
  }

  @Override
  public int partSize() {
    return 64 << 10;
  }

  @Override
  public HttpFaultProxy proxy() {
    return proxy;
  }

  @Override
  public Duration patience() {
    return patience;
  }

  @Override
  public void close() throws IOException {
    proxy.close();
    server.close();
  }
}
