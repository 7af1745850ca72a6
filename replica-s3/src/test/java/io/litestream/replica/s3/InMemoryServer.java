package io.litestream.replica.s3;

import io.litestream.testkit.Capability;
import java.net.URI;
import java.util.Collection;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.TransientNio2BlobStore;
import software.amazon.awssdk.services.s3.model.MultipartUpload;

/**
 * S3Proxy in this JVM, with its store in memory: a server that speaks S3 and that nobody here
 * wrote. One for all tests; each has a bucket of its own.
 */
final class InMemoryServer implements TestServer {

  private static final Keys KEYS =
      new Keys("test-access-key", "test-secret-0123456789abcdef", Optional.empty());

  private static final class Holder {
    static final InMemoryServer INSTANCE = start();
  }

  private final S3Proxy proxy;
  private final RefusingBlobStore objects;

  private InMemoryServer(S3Proxy proxy, RefusingBlobStore objects) {
    this.proxy = proxy;
    this.objects = objects;
  }

  /** Started when it is first asked for; ends with the JVM. */
  static InMemoryServer instance() {
    return Holder.INSTANCE;
  }

  private static InMemoryServer start() {
    var objects = new RefusingBlobStore(new StoredNames(new TransientNio2BlobStore()));
    S3Proxy proxy =
        S3Proxy.builder()
            .blobStore(objects)
            .endpoint(URI.create("http://127.0.0.1:0"))
            .awsAuthentication(AuthenticationType.AWS_V4, KEYS.id(), KEYS.secret())
            .ignoreUnknownHeaders(true)
            .jettyMaxThreads(40)
            .build();
    try {
      proxy.start();
    } catch (Exception e) {
      throw new IllegalStateException("S3Proxy does not start", e);
    }
    return new InMemoryServer(proxy, objects);
  }

  @Override
  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + proxy.getPort());
  }

  @Override
  public Keys keys() {
    return KEYS;
  }

  @Override
  public String bucket() {
    String bucket = "bucket-" + UUID.randomUUID();
    objects.createContainer(bucket);
    return bucket;
  }

  @Override
  public Set<Capability> capabilities() {
    return EnumSet.of(Capability.DENIES_DELETES, Capability.FAILS_COMMITS, Capability.NESTS_KEYS);
  }

  @Override
  public void refuseToDelete(String bucket, String name) {
    objects.refuseToDelete(bucket, name);
  }

  @Override
  public void refuseToWrite(String bucket, String name) {
    objects.refuseToWrite(bucket, name);
  }

  @Override
  public Collection<String> uploads(String bucket, String prefix) {
    return objects.listMultipartUploads(bucket).stream()
        .map(MultipartUpload::key)
        .filter(name -> name.startsWith(prefix))
        .toList();
  }

  /** What the server does wrong when it is told to. */
  RefusingBlobStore objects() {
    return objects;
  }
}
