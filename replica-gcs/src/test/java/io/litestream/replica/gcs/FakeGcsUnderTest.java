package io.litestream.replica.gcs;

import io.litestream.spi.ReplicaStore;
import io.litestream.spi.RequestObserver;
import io.litestream.testkit.Capability;
import io.litestream.testkit.HttpFault;
import io.litestream.testkit.HttpFaultProxy;
import io.litestream.testkit.StoreUnderTest;
import io.litestream.testservers.FakeGcs;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.EnumSet;
import java.util.Set;

/** The fake, behind a proxy that can make requests fail. */
final class FakeGcsUnderTest implements StoreUnderTest {

  private static final String PATH = "backups/app db";

  private final FakeGcs server = new FakeGcs();
  private final HttpFaultProxy proxy = HttpFaultProxy.before(server.address());
  private final Deadlines deadlines;

  private FakeGcsUnderTest(Duration silence) throws IOException {
    this.deadlines = new Deadlines(silence, silence, 2, Duration.ofMillis(5));
  }

  /** Waits longer than anything takes here, so that nothing is given up. */
  static FakeGcsUnderTest patient() throws IOException {
    return new FakeGcsUnderTest(Duration.ofSeconds(30));
  }

  /** Gives up soon. */
  static FakeGcsUnderTest impatient() throws IOException {
    return new FakeGcsUnderTest(Duration.ofMillis(500));
  }

  static GcsSettings settings(int port, String bucket) {
    return new GcsSettings("http://127.0.0.1:" + port, bucket, PATH, false);
  }

  static String name(String key) {
    return PATH + "/" + key;
  }

  @Override
  public ReplicaStore open(RequestObserver observer) {
    return GcsStore.open(settings(proxy.port(), FakeGcs.BUCKET), deadlines, observer);
  }

  FakeGcs server() {
    return server;
  }

  @Override
  public HttpFaultProxy proxy() {
    return proxy;
  }

  @Override
  public Set<Capability> capabilities() {
    return EnumSet.complementOf(EnumSet.of(Capability.HAS_SECRETS));
  }

  @Override
  public int partSize() {
    return GcsWriting.CHUNK;
  }

  @Override
  public void makeUndeletable(String key) {
    server.denyDelete(name(key), 403);
  }

  @Override
  public void makeUncommittable(String key) {
    server.denyCommit(name(key));
  }

  @Override
  public void makeUnreachable() {
    proxy.onEach(request -> true, HttpFault.resetRequestAt(0));
  }

  @Override
  public Collection<String> leftovers() {
    return server.unfinished();
  }

  @Override
  public void close() throws IOException {
    proxy.close();
    server.close();
  }
}
