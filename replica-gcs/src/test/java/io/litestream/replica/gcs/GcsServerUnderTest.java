package io.litestream.replica.gcs;

import io.litestream.spi.ReplicaStore;
import io.litestream.spi.RequestObserver;
import io.litestream.testkit.Capability;
import io.litestream.testkit.HttpFault;
import io.litestream.testkit.HttpFaultProxy;
import io.litestream.testkit.StoreUnderTest;
import io.litestream.testservers.GcsServer;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Set;

/** A bucket of its own in a server that others wrote, behind a proxy. */
final class GcsServerUnderTest implements StoreUnderTest {

  private final String bucket = GcsServer.server().newBucket();
  private final HttpFaultProxy proxy = HttpFaultProxy.before(GcsServer.server().address());
  private final Deadlines deadlines;

  private GcsServerUnderTest(Duration silence) throws IOException {
    this.deadlines = new Deadlines(silence, silence, 2, Duration.ofMillis(5));
  }

  static GcsServerUnderTest patient() throws IOException {
    return new GcsServerUnderTest(Duration.ofSeconds(30));
  }

  static GcsServerUnderTest impatient() throws IOException {
    return new GcsServerUnderTest(Duration.ofMillis(500));
  }

  @Override
  public ReplicaStore open(RequestObserver observer) {
    return GcsStore.open(FakeGcsUnderTest.settings(proxy.port(), bucket), deadlines, observer);
  }

  @Override
  public HttpFaultProxy proxy() {
    return proxy;
  }

  @Override
  public Set<Capability> capabilities() {
    return Set.of(
        Capability.FAILS_COMMITS,
        Capability.BECOMES_UNREACHABLE,
        Capability.FALLS_SILENT,
        Capability.STANDS_BEHIND_A_PROXY,
        Capability.NESTS_KEYS);
  }

  @Override
  public int partSize() {
    return GcsWriting.CHUNK;
  }

  /** Uploads of the key in one request are refused, and so are those in chunks at their start. */
  @Override
  public void makeUncommittable(String key) {
    proxy.onEach(
        request ->
            request.method().equals("POST")
                && URLDecoder.decode(request.query(), StandardCharsets.UTF_8)
                    .contains("name=" + FakeGcsUnderTest.name(key)),
        HttpFault.answer(403, Map.of(), ""));
  }

  @Override
  public void makeUnreachable() {
    proxy.onEach(request -> true, HttpFault.resetRequestAt(0));
  }

  @Override
  public void close() throws IOException {
    proxy.close();
  }
}
