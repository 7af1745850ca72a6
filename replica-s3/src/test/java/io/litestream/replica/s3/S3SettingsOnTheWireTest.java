package io.litestream.replica.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream.replica.s3.RecordingHttpsServer.Request;
import io.litestream.spi.ObjectWriter;
import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaException.Kind;
import io.litestream.spi.ReplicaSettings;
import io.litestream.spi.ReplicaStore;
import io.litestream.spi.RequestObserver;
import io.litestream.testkit.HttpFault;
import io.litestream.testkit.HttpFaultProxy;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a server is sent with one setting, and with another. */
@Timeout(60)
class S3SettingsOnTheWireTest {

  private static final String CUSTOMER_KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
  private static final int MIB = 1 << 20;

  @TempDir Path directory;

  private static Map<String, String> settings(String endpoint, String... more) {
    Map<String, String> settings =
        new TreeMap<>(
            Map.of(
                "bucket", "b",
                "path", "app",
                "endpoint", endpoint,
                "access-key-id", "AKIATEST",
                "secret-access-key", "secret"));
    for (int i = 0; i < more.length; i += 2) {
      settings.put(more[i], more[i + 1]);
    }
    return settings;
  }

  private static void put(Map<String, String> settings, int bytes) throws IOException {
    try (ReplicaStore store =
        new S3StoreProvider().open(new ReplicaSettings("s3", settings), RequestObserver.NONE)) {
      put(store, bytes);
    }
  }

  private static void put(ReplicaStore store, int bytes) throws IOException {
    try (ObjectWriter writer = store.create("key")) {
      writer.write(new byte[bytes]);
      writer.commit();
    }
  }

  private static Request sent(String... more) throws IOException {
    return sentAll(10, more).get(0);
  }

  private static List<Request> sentAll(int bytes, String... more) throws IOException {
    try (RecordingHttpsServer server = RecordingHttpsServer.plain()) {
      put(settings(server.endpoint(), more), bytes);
      return server.requests();
    }
  }

  private Request sentByTls(String... more) throws Exception {
    try (RecordingHttpsServer server = RecordingHttpsServer.withTls(directory)) {
      Map<String, String> settings = settings(server.endpoint(), more);
      settings.put("skip-verify", "true");
      put(settings, 10);
      return server.requests().get(0);
    }
  }

  @Test
  void bucketAndPathAreWhereObjectsGo() throws Exception {
    assertThat(sent().path()).startsWith("/b/app/key");
    assertThat(sent("bucket", "c", "path", "other/place").path()).startsWith("/c/other/place/key");
  }

  @Test
  void theKeysIdSignsEachRequest() throws Exception {
    assertThat(sent().header("authorization")).contains("Credential=AKIATEST/");
    assertThat(sent("access-key-id", "AKIAOTHER").header("authorization"))
        .contains("Credential=AKIAOTHER/");
  }

  @Test
  void aWrongSecretIsDenied() throws Exception {
    InMemoryServer server = InMemoryServer.instance();
    Map<String, String> settings =
        settings(
            server.endpoint().toString(),
            "bucket",
            server.bucket(),
            "access-key-id",
            server.keys().id(),
            "secret-access-key",
            server.keys().secret());
    put(settings, 10);

    settings.put("secret-access-key", "another");
    assertThatThrownBy(() -> put(settings, 10))
        .isInstanceOfSatisfying(
            ReplicaException.class, e -> assertThat(e.kind()).isEqualTo(Kind.DENIED));
  }

  @Test
  void theRegionIsPartOfTheSignature() throws Exception {
    assertThat(sent().header("authorization")).contains("/us-east-1/s3/");
    assertThat(sent("region", "eu-7").header("authorization")).contains("/eu-7/s3/");
  }

  @Test
  void theRegionThatAmazonNamesIsTakenForAllThatFollows() throws Exception {
    try (RecordingHttpsServer server = RecordingHttpsServer.plain();
        HttpFaultProxy proxy = HttpFaultProxy.before(server.address())) {
      var endpoint = URI.create("http://127.0.0.1:" + proxy.port());
      proxy.onNext(
          1,
          HttpFault.answer(
              301,
              Map.of("x-amz-bucket-region", "eu-west-1"),
              "<Error><Code>PermanentRedirect</Code><Message>elsewhere</Message></Error>"));
      S3Settings settings =
          S3Settings.read(new ReplicaSettings("s3", settings(endpoint.toString())), Map.of());
      try (ReplicaStore store =
          S3Store.open(
              new S3Settings(
                  new S3Place(
                      "b", "app", Optional.of(endpoint), Optional.empty(), Vendor.AWS, true, false),
                  settings.keys(),
                  settings.isVerified(),
                  settings.partSizes(),
                  settings.storageClass(),
                  settings.kmsKeyId(),
                  settings.customerKey()),
              Deadlines.DEFAULT,
              RequestObserver.NONE)) {
        put(store, 10);
        put(store, 10);
      }
      assertThat(server.requests())
          .hasSize(2)
          .allSatisfy(
              request -> assertThat(request.header("authorization")).contains("/eu-west-1/s3/"));
      assertThat(proxy.requests()).hasSize(3);
    }
  }

  @Test
  void aTemporaryKeysTokenIsSent() throws Exception {
    assertThat(sent().headers()).doesNotContainKey("x-amz-security-token");
    assertThat(sent("session-token", "t0ken").header("x-amz-security-token")).isEqualTo("t0ken");
  }

  @Test
  void storageClassAndKmsKeyAreSentWithEveryObject() throws Exception {
    assertThat(sent().headers())
        .doesNotContainKeys("x-amz-storage-class", "x-amz-server-side-encryption");

    Request sent = sent("storage-class", "STANDARD_IA", "sse-kms-key-id", "key-7");
    assertThat(sent.header("x-amz-storage-class")).isEqualTo("STANDARD_IA");
    assertThat(sent.header("x-amz-server-side-encryption")).isEqualTo("aws:kms");
    assertThat(sent.header("x-amz-server-side-encryption-aws-kms-key-id")).isEqualTo("key-7");
  }

  @Test
  void aLargerPartSizeMakesFewerParts() throws Exception {
    assertThat(parts(sentAll(12 * MIB))).isEqualTo(3);
    assertThat(parts(sentAll(12 * MIB, "part-size", "8MiB"))).isEqualTo(2);
  }

  private static long parts(List<Request> requests) {
    return requests.stream().filter(request -> request.path().contains("partNumber")).count();
  }

  @Test
  void aCertificateThatNobodyKnowsIsRefusedUnlessToldOtherwise() throws Exception {
    try (RecordingHttpsServer server = RecordingHttpsServer.withTls(directory)) {
      Map<String, String> settings = settings(server.endpoint());
      assertThatThrownBy(() -> put(settings, 10)).isInstanceOf(ReplicaException.class);
      assertThat(server.requests()).isEmpty();

      settings.put("skip-verify", "true");
      put(settings, 10);
      assertThat(server.requests()).isNotEmpty();
    }
  }

  @Test
  void theCustomersKeyIsSentWithEveryObject() throws Exception {
    assertThat(sentByTls().headers())
        .doesNotContainKey("x-amz-server-side-encryption-customer-key");
    assertThat(
            sentByTls("sse-customer-key", CUSTOMER_KEY)
                .header("x-amz-server-side-encryption-customer-key"))
        .isEqualTo(CUSTOMER_KEY);
  }

  @Test
  void aSignatureCoversThePayloadIfThatIsWanted() throws Exception {
    assertThat(sentByTls("sign-payload", "false").header("x-amz-content-sha256"))
        .startsWith("UNSIGNED-PAYLOAD");
    assertThat(sentByTls("sign-payload", "true").header("x-amz-content-sha256"))
        .matches("[0-9a-f]{64}");
  }
}
