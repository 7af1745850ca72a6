package io.litestream.replica.s3;

import io.litestream.spi.ReplicaSettings;
import io.litestream.spi.ReplicaStore;
import io.litestream.spi.RequestObserver;
import io.litestream.testkit.Capability;
import io.litestream.testkit.HttpFaultProxy;
import io.litestream.testkit.StoreUnderTest;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import software.amazon.awssdk.services.s3.model.MultipartUpload;

/** A bucket of the server in memory. */
final class InMemoryUnderTest implements StoreUnderTest {

  /** For tests that wait for deadlines to pass. */
  private static final Deadlines SHORT =
      new Deadlines(
          Duration.ofSeconds(2), Duration.ofSeconds(1), Duration.ofSeconds(2), 1 << 20, 3);

  private static final String ROOT = "replicas/app";

  private final InMemoryServer server = InMemoryServer.instance();
  private final String bucket = "bucket-" + UUID.randomUUID();

  private final HttpFaultProxy proxy;

  private final Deadlines deadlines;

  InMemoryUnderTest() throws IOException {
    this(Deadlines.DEFAULT);
  }

  private InMemoryUnderTest(Deadlines deadlines) throws IOException {
    this.deadlines = deadlines;
    server.createBucket(bucket);
    proxy = HttpFaultProxy.before(server.address());
  }

  /** As {@link #InMemoryUnderTest()}, with stores that do not wait long. */
  static InMemoryUnderTest impatient() throws IOException {
    return new InMemoryUnderTest(SHORT);
  }

  String bucket() {
    return bucket;
  }

  Map<String, String> settings() {
    return Map.of(
        "bucket",
        bucket,
        "path",
        ROOT,
        "endpoint",
        "http://127.0.0.1:" + proxy.port(),
        "access-key-id",
        InMemoryServer.ACCESS_KEY,
        "secret-access-key",
        InMemoryServer.SECRET_KEY);
  }

  @Override
  public ReplicaStore open(RequestObserver observer) throws IOException {
    return S3Store.open(
        S3Settings.read(new ReplicaSettings("s3", settings()), Map.of()), deadlines, observer);
  }

  @Override
  public Set<Capability> capabilities() {
    return EnumSet.of(
        Capability.DENIES_DELETES,
        Capability.FAILS_COMMITS,
        Capability.BECOMES_UNREACHABLE,
        Capability.SHOWS_LEFTOVERS,
        Capability.STANDS_BEHIND_A_PROXY,
        Capability.NESTS_KEYS,
        Capability.HAS_SECRETS);
  }

  @Override
  public void makeUndeletable(String key) {
    server.objects().refuseToDelete(bucket, ROOT + "/" + key);
  }

  @Override
  public void makeUncommittable(String key) {
    server.objects().refuseToWrite(bucket, ROOT + "/" + key);
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
  public Collection<String> leftovers() {
    return server.objects().listMultipartUploads(bucket).stream()
        .map(MultipartUpload::key)
        .toList();
  }

  @Override
  public Collection<String> secrets() {
    return List.of(InMemoryServer.SECRET_KEY);
  }

  @Override
  public void close() throws IOException {
    proxy.close();
  }
}
