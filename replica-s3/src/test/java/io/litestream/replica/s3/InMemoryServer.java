package io.litestream.replica.s3;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.TransientNio2BlobStore;

/**
 * S3Proxy in this JVM, with its store in memory: a server that speaks S3 and that nobody here
 * wrote. One for all tests; each has a bucket of its own.
 */
final class InMemoryServer {

  static final String ACCESS_KEY = "test-access-key";
  static final String SECRET_KEY = "test-secret-0123456789abcdef";

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
            .awsAuthentication(AuthenticationType.AWS_V4, ACCESS_KEY, SECRET_KEY)
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

  InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), proxy.getPort());
  }

  void createBucket(String bucket) {
    objects.createContainer(bucket);
  }

  /** What the server does wrong when it is told to. */
  RefusingBlobStore objects() {
    return objects;
  }
}
