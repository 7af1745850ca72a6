package io.litestream.benchmarks.e2e;

import io.litestream.testkit.HttpFault;
import io.litestream.testkit.HttpFaultProxy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;

/** Directories as buckets of an S3 server in this JVM, each of whose answers takes its time. */
final class DistantS3 implements AutoCloseable {

  private static final String KEY = "benchmark-key";
  private static final String SECRET = "benchmark-secret-0123456789abcdef";

  private final S3Proxy server;
  private final HttpFaultProxy distance;

  private DistantS3(S3Proxy server, HttpFaultProxy distance) {
    this.server = server;
    this.distance = distance;
  }

  static DistantS3 serve(Path buckets, int latencyMillis) throws Exception {
    S3Proxy server =
        S3Proxy.builder()
            .blobStore(new FilesystemNio2BlobStore(buckets.toString()))
            .endpoint(URI.create("http://127.0.0.1:0"))
            .awsAuthentication(AuthenticationType.AWS_V4, KEY, SECRET)
            .ignoreUnknownHeaders(true)
            .jettyMaxThreads(40)
            .build();
    server.start();
    HttpFaultProxy distance =
        HttpFaultProxy.before(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort()));
    distance.onEach(request -> true, HttpFault.delay(Duration.ofMillis(latencyMillis)));
    return new DistantS3(server, distance);
  }

  /** Writes a configuration in which a database has the replica of a {@link Place} in a bucket. */
  Path configure(Path database, String bucket, Path configuration) throws IOException {
    return Files.write(
        configuration,
        List.of(
            "dbs:",
            "  - path: " + database,
            "    replicas:",
            "      - type: s3",
            "        bucket: " + bucket,
            "        path: replica",
            "        region: us-east-1",
            "        endpoint: http://127.0.0.1:" + distance.port(),
            "        force-path-style: true",
            "        access-key-id: " + KEY,
            "        secret-access-key: " + SECRET));
  }

  @Override
  public void close() throws IOException {
    distance.close();
    try {
      server.stop();
    } catch (Exception e) {
      throw new IOException("the S3 server does not stop", e);
    }
  }
}
