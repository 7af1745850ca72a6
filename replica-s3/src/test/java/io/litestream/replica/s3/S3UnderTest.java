package io.litestream.replica.s3;

import io.litestream.spi.ListPage;
import io.litestream.spi.ListRequest;
import io.litestream.spi.ObjectInfo;
import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaSettings;
import io.litestream.spi.ReplicaStore;
import io.litestream.spi.RequestObserver;
import io.litestream.testkit.Capability;
import io.litestream.testkit.HttpFaultProxy;
import io.litestream.testkit.StoreUnderTest;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/** A prefix of a bucket of the server that this run is about, with a proxy before it. */
final class S3UnderTest implements StoreUnderTest {

  /** For tests that wait for deadlines to pass. */
  private static final Deadlines SHORT =
      new Deadlines(
          Duration.ofSeconds(2), Duration.ofMillis(500), Duration.ofSeconds(1), 1 << 20, 3);

  /**
   * The same, on a server that is a process of its own: it may take a second for a thousand deletes
   * while the machine is busy.
   */
  private static final Deadlines LESS_SHORT =
      new Deadlines(
          Duration.ofSeconds(2), Duration.ofSeconds(2), Duration.ofSeconds(4), 1 << 20, 3);

  private final TestServer server;
  private final String bucket;
  private final String root = UUID.randomUUID() + "/app";
  private final HttpFaultProxy proxy;
  private final Deadlines deadlines;
  private final boolean isSpokenToAsAmazon;

  private S3UnderTest(Deadlines deadlines, boolean isSpokenToAsAmazon) throws IOException {
    this.server = TestServer.current();
    this.bucket = server.bucket();
    URI endpoint = server.endpoint();
    this.proxy =
        HttpFaultProxy.before(new InetSocketAddress(endpoint.getHost(), endpoint.getPort()));
    this.deadlines = deadlines;
    this.isSpokenToAsAmazon = isSpokenToAsAmazon;
  }

  static S3UnderTest current() throws IOException {
    return new S3UnderTest(Deadlines.DEFAULT, false);
  }

  /** As {@link #current()}, with stores that do not wait long. */
  static S3UnderTest impatient() throws IOException {
    boolean isHere = TestServer.current() instanceof InMemoryServer;
    return new S3UnderTest(isHere ? SHORT : LESS_SHORT, false);
  }

  /** As {@link #current()}, with all that Amazon's own store understands. */
  static S3UnderTest spokenToAsAmazon() throws IOException {
    return new S3UnderTest(Deadlines.DEFAULT, true);
  }

  String bucket() {
    return bucket;
  }

  /** The name of an object in the bucket. */
  String name(String key) {
    return root + "/" + key;
  }

  /** As a configuration has them. */
  Map<String, String> settings() {
    Map<String, String> settings =
        new TreeMap<>(
            Map.of(
                "bucket",
                bucket,
                "path",
                root,
                "endpoint",
                isBehindProxy() ? "http://127.0.0.1:" + proxy.port() : server.endpoint().toString(),
                "access-key-id",
                server.keys().id(),
                "secret-access-key",
                server.keys().secret()));
    server.region().ifPresent(region -> settings.put("region", region));
    return settings;
  }

  /** It does not speak TLS. */
  private boolean isBehindProxy() {
    return server.endpoint().getScheme().equals("http");
  }

  S3Settings readSettings() throws ReplicaException {
    S3Settings settings = S3Settings.read(new ReplicaSettings("s3", settings()), Map.of());
    if (!isSpokenToAsAmazon) {
      return settings;
    }
    S3Place place = settings.place();
    return new S3Settings(
        new S3Place(
            place.bucket(),
            place.root(),
            place.endpoint(),
            place.region(),
            Vendor.AWS,
            place.pathStyle(),
            false),
        settings.keys(),
        settings.isVerified(),
        settings.partSizes(),
        settings.storageClass(),
        settings.kmsKeyId(),
        settings.customerKey());
  }

  @Override
  public ReplicaStore open(RequestObserver observer) throws IOException {
    return S3Store.open(readSettings(), deadlines, observer);
  }

  @Override
  public Set<Capability> capabilities() {
    var capabilities = EnumSet.of(Capability.HAS_SECRETS, Capability.SHOWS_LEFTOVERS);
    capabilities.addAll(server.capabilities());
    if (isBehindProxy()) {
      capabilities.add(Capability.STANDS_BEHIND_A_PROXY);
      capabilities.add(Capability.BECOMES_UNREACHABLE);
      capabilities.add(Capability.FALLS_SILENT);
    }
    return capabilities;
  }

  @Override
  public void makeUndeletable(String key) throws IOException {
    server.refuseToDelete(bucket, name(key));
  }

  @Override
  public void makeUncommittable(String key) throws IOException {
    server.refuseToWrite(bucket, name(key));
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
  public Collection<String> leftovers() throws IOException {
    return server.uploads(bucket, root);
  }

  @Override
  public Collection<String> secrets() {
    return List.of(server.keys().secret());
  }

  @Override
  public void close() throws IOException {
    proxy.close();
    if (server instanceof NamedServer) {
      removeObjects();
    }
  }

  private void removeObjects() throws IOException {
    var settings = new TreeMap<>(settings());
    settings.put("endpoint", server.endpoint().toString());
    try (ReplicaStore store =
        new S3StoreProvider().open(new ReplicaSettings("s3", settings), RequestObserver.NONE)) {
      ListRequest all = ListRequest.below("");
      ListPage page = store.list(all);
      while (!page.objects().isEmpty()) {
        store.delete(page.objects().stream().map(ObjectInfo::key).toList());
        page = store.list(all);
      }
    }
  }
}
