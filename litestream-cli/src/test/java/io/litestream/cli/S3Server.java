package io.litestream.cli;

import io.litestream.testkit.HttpFaultProxy;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.blobstore.ForwardingBlobStore;
import org.gaul.s3proxy.nio2blob.TransientNio2BlobStore;
import software.amazon.awssdk.services.s3.model.DeleteObjectRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectsRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectsResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Error;

/** A server that speaks S3, behind a proxy that counts, with a bucket that may refuse deletes. */
final class S3Server implements RemoteStore {

  static final String SECRET = "test-secret-0123456789abcdef";
  private static final String KEY = "test-access-key";
  private static final String BUCKET = "bucket";

  private final S3Proxy server;
  private final Bucket bucket;
  private final HttpFaultProxy proxy;

  private S3Server(S3Proxy server, Bucket bucket, HttpFaultProxy proxy) {
    this.server = server;
    this.bucket = bucket;
    this.proxy = proxy;
  }

  /** Answers a batch of deletes as S3 does: "200 OK", with the refusals inside. */
  private static final class Bucket extends ForwardingBlobStore {
    private volatile boolean deniesDeletes;

    Bucket(BlobStore objects) {
      super(objects);
    }

    @Override
    public DeleteObjectsResponse removeBlobs(DeleteObjectsRequest request) {
      if (!deniesDeletes) {
        return super.removeBlobs(request);
      }
      List<S3Error> errors =
          request.delete().objects().stream()
              .map(
                  object ->
                      S3Error.builder()
                          .key(object.key())
                          .code("AccessDenied")
                          .message("Access Denied")
                          .build())
              .toList();
      return DeleteObjectsResponse.builder().errors(errors).build();
    }
  }

  static S3Server start() throws Exception {
    Bucket bucket = new Bucket(new TransientNio2BlobStore());
    S3Proxy server =
        S3Proxy.builder()
            .blobStore(bucket)
            .endpoint(URI.create("http://127.0.0.1:0"))
            .awsAuthentication(AuthenticationType.AWS_V4, KEY, SECRET)
            .ignoreUnknownHeaders(true)
            .jettyMaxThreads(20)
            .build();
    server.start();
    bucket.createContainer(BUCKET);
    return new S3Server(
        server,
        bucket,
        HttpFaultProxy.before(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort())));
  }

  @Override
  public String replicaWithoutDeletes(String more) {
    bucket.deniesDeletes = true;
    return replica(more);
  }

  /** The names of all objects; no request of a client. */
  List<String> names() {
    List<String> names = new ArrayList<>();
    ListObjectsV2Request.Builder request = ListObjectsV2Request.builder().bucket(BUCKET);
    ListObjectsV2Response page;
    do {
      page = bucket.list(request.build());
      page.contents().forEach(object -> names.add(object.key()));
      request.continuationToken(page.nextContinuationToken());
    } while (Boolean.TRUE.equals(page.isTruncated()));
    return names;
  }

  /** Puts an object of one byte there; no request of a client. */
  void put(String name) {
    put(name, new byte[1]);
  }

  /** Puts an object there; no request of a client. */
  void put(String name, byte[] content) {
    bucket.putBlob(
        PutObjectRequest.builder()
            .bucket(BUCKET)
            .key(name)
            .contentLength((long) content.length)
            .build(),
        new ByteArrayInputStream(content));
  }

  /** Removes an object; no request of a client. */
  void remove(String name) {
    bucket.removeBlob(DeleteObjectRequest.builder().bucket(BUCKET).key(name).build());
  }

  HttpFaultProxy proxy() {
    return proxy;
  }

  @Override
  public String replica(String more) {
    return "{type: s3, bucket: "
        + BUCKET
        + ", path: db, endpoint: 'http://127.0.0.1:"
        + proxy.port()
        + "', access-key-id: "
        + KEY
        + ", secret-access-key: "
        + SECRET
        + more
        + "}";
  }

  @Override
  public void close() throws IOException {
    proxy.close();
    try {
      server.stop();
    } catch (Exception e) {
      throw new IOException(e);
    }
  }
}
