package io.litestream.replica.s3;

import io.litestream.spi.ReplicaSettings;
import io.litestream.testkit.Capability;
import java.io.IOException;
import java.net.URI;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.MultipartUpload;

/**
 * The server that the environment names: any one, whose keys may do everything within one bucket.
 * It cannot be made to refuse anything.
 */
final class NamedServer implements TestServer {

  private static final String PREFIX = "LITESTREAM_TEST_S3_";

  private final S3Settings settings;

  private NamedServer(S3Settings settings) {
    this.settings = settings;
  }

  static NamedServer fromEnvironment() throws IOException {
    var values = new TreeMap<String, String>();
    for (String key :
        List.of("endpoint", "bucket", "region", "access-key-id", "secret-access-key")) {
      String value = System.getenv(PREFIX + key.replace('-', '_').toUpperCase(Locale.ROOT));
      if (value != null) {
        values.put(key, value);
      }
    }
    return new NamedServer(S3Settings.read(new ReplicaSettings("s3", values), System.getenv()));
  }

  @Override
  public URI endpoint() {
    return settings.place().endpoint().orElseThrow();
  }

  @Override
  public Keys keys() {
    return settings.keys().orElseThrow();
  }

  @Override
  public Optional<String> region() {
    return settings.place().region();
  }

  @Override
  public String bucket() {
    return settings.place().bucket();
  }

  /** As S3 does, unless {@code LITESTREAM_TEST_S3_NESTS_KEYS} is {@code false}. */
  @Override
  public Set<Capability> capabilities() {
    return "false".equals(System.getenv(PREFIX + "NESTS_KEYS"))
        ? EnumSet.noneOf(Capability.class)
        : EnumSet.of(Capability.NESTS_KEYS);
  }

  @Override
  public void refuseToDelete(String bucket, String name) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void refuseToWrite(String bucket, String name) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Collection<String> uploads(String bucket, String prefix) {
    try (SharedConnections connections = SharedConnections.open(true, Deadlines.DEFAULT);
        S3Client client =
            S3Clients.open(settings, Deadlines.DEFAULT, connections.http(), connections)) {
      return client
          .listMultipartUploads(request -> request.bucket(bucket).prefix(prefix))
          .uploads()
          .stream()
          .map(MultipartUpload::key)
          .toList();
    }
  }
}
