package io.litestream.replica.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaException.Kind;
import io.litestream.spi.ReplicaSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class S3SettingsTest {

  private static final String ACCOUNT = "0123456789abcdef0123456789abcdef";
  private static final String CUSTOMER_KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";

  /** What each store needs, by the endpoint that is set; "-" for none. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          endpoint                              | vendor       | server                                        | region          | path style | signs | MD5   | parts
          -                                     | AWS          | -                                             | -               | false      | false | false | grow
          s3.eu-west-1.amazonaws.com            | AWS          | https://s3.eu-west-1.amazonaws.com            | eu-west-1       | false      | false | false | grow
          s3.amazonaws.com                      | AWS          | https://s3.amazonaws.com                      | -               | false      | false | false | grow
          s3.eu-central-003.backblazeb2.com     | BACKBLAZE    | https://s3.eu-central-003.backblazeb2.com     | eu-central-003  | true       | true  | true  | grow
          ACCOUNT.r2.cloudflarestorage.com      | CLOUDFLARE   | https://ACCOUNT.r2.cloudflarestorage.com      | auto            | true       | true  | true  | equal
          ACCOUNT.eu.r2.cloudflarestorage.com   | CLOUDFLARE   | https://ACCOUNT.eu.r2.cloudflarestorage.com   | auto            | true       | true  | true  | equal
          fra1.digitaloceanspaces.com           | DIGITALOCEAN | https://fra1.digitaloceanspaces.com           | fra1            | true       | true  | true  | grow
          s3.filebase.com                       | FILEBASE     | https://s3.filebase.com                       | us-east-1       | true       | true  | true  | grow
          storage.googleapis.com                | GOOGLE       | https://storage.googleapis.com                | auto            | true       | true  | true  | grow
          fsn1.your-objectstorage.com           | HETZNER      | https://fsn1.your-objectstorage.com           | fsn1            | true       | true  | true  | grow
          us-east-1.linodeobjects.com           | LINODE       | https://us-east-1.linodeobjects.com           | us-east-1       | true       | true  | true  | grow
          ns.compat.objectstorage.uk-london-1.oraclecloud.com | ORACLE | https://ns.compat.objectstorage.uk-london-1.oraclecloud.com | uk-london-1 | true | true | true | grow
          s3.nl-ams.scw.cloud                   | SCALEWAY     | https://s3.nl-ams.scw.cloud                   | nl-ams          | true       | true  | true  | grow
          proj.supabase.co                      | SUPABASE     | https://proj.supabase.co/storage/v1/s3        | us-east-1       | true       | true  | true  | grow
          https://proj.supabase.co/storage/v1/s3/ | SUPABASE   | https://proj.supabase.co/storage/v1/s3        | us-east-1       | true       | true  | true  | grow
          fly.storage.tigris.dev                | TIGRIS       | https://fly.storage.tigris.dev                | auto            | true       | true  | false | grow
          s3.wasabisys.com                      | WASABI       | https://s3.wasabisys.com                      | us-east-1       | true       | true  | true  | grow
          s3.eu-central-1.wasabisys.com         | WASABI       | https://s3.eu-central-1.wasabisys.com         | eu-central-1    | true       | true  | true  | grow
          localhost:9000                        | LOCALHOST    | http://localhost:9000                         | us-east-1       | true       | true  | true  | grow
          https://localhost:9000                | LOCALHOST    | https://localhost:9000                        | us-east-1       | true       | true  | true  | grow
          minio.example.com:9000                | OTHER        | https://minio.example.com:9000                | us-east-1       | true       | true  | true  | grow
          HTTP://Minio.Example.com:9000/        | OTHER        | http://minio.example.com:9000                 | us-east-1       | true       | true  | true  | grow
          http://192.168.1.10:9000              | OTHER        | http://192.168.1.10:9000                      | us-east-1       | true       | true  | true  | grow
          """,
      useHeadersInDisplayName = true)
  void decideByTheEndpointWhatAStoreNeeds(
      String endpoint,
      Vendor vendor,
      String server,
      String region,
      boolean pathStyle,
      boolean signs,
      boolean md5,
      String parts)
      throws ReplicaException {
    Map<String, String> given = new TreeMap<>();
    given.put("bucket", "b");
    if (!endpoint.equals("-")) {
      given.put("endpoint", endpoint.replace("ACCOUNT", ACCOUNT));
    }
    S3Settings settings = read(given);
    S3Place place = settings.place();
    assertThat(place.vendor()).isEqualTo(vendor);
    assertThat(place.endpoint().map(Object::toString).orElse("-"))
        .isEqualTo(server.replace("ACCOUNT", ACCOUNT));
    assertThat(place.region().orElse("-")).isEqualTo(region);
    assertThat(place.pathStyle()).isEqualTo(pathStyle);
    assertThat(place.signPayload()).isEqualTo(signs);
    assertThat(vendor.wantsContentMd5()).isEqualTo(md5);
    assertThat(settings.partSizes().grows()).isEqualTo(parts.equals("grow"));
    assertThat(settings.isVerified()).isTrue();
  }

  @Test
  void whatIsSetCountsMoreThanWhatIsKnown() throws ReplicaException {
    S3Settings settings =
        read(
            Map.of(
                "bucket", "b",
                "endpoint", "fra1.digitaloceanspaces.com",
                "region", "us-east-1",
                "force-path-style", "false",
                "sign-payload", "false",
                "skip-verify", "true",
                "part-size", "16 MiB"));
    assertThat(settings.place().region()).contains("us-east-1");
    assertThat(settings.place().pathStyle()).isFalse();
    assertThat(settings.place().signPayload()).isFalse();
    assertThat(settings.isVerified()).isFalse();
    assertThat(settings.partSizes()).isEqualTo(new PartSizes(16 << 20, false));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ''         | ''
          app        | app
          /app/      | app
          a//b/./c   | a/b/c
          a b/100%   | a b/100%
          """)
  void rootHasNoSlashesAtItsEnds(String path, String root) throws ReplicaException {
    assertThat(read(Map.of("bucket", "b", "path", path)).place().root()).isEqualTo(root);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          path          | a/../b          | holds no '..'
          endpoint      | http://         | is the address of a server
          endpoint      | http://a b      | is the address of a server
          endpoint      | http://h/?x=y   | is the address of a server
          endpoint      | http://u:hidden@h | credentials do not belong
          part-size     | 4MB             | from 5MiB to 1GiB
          part-size     | 2GiB            | from 5MiB to 1GiB
          part-size     | 999999999999GiB | from 5MiB to 1GiB
          part-size     | large           | from 5MiB to 1GiB
          skip-verify   | yes             | true or false
          storage-clas  | GLACIER         | did you mean 'storage-class'?
          access-key-id | AKIA            | 'secret-access-key' is missing
          secret-access-key | hidden      | 'access-key-id' is missing
          session-token | hidden          | 'access-key-id' is missing
          sse-customer-key | hidden       | 32 bytes in Base64
          sse-customer-key-path | /nowhere | cannot be read
          """)
  void refusesValuesThatMakeNoSense(String key, String value, String message) {
    assertConfiguration(Map.of("bucket", "b", key, value), message);
  }

  @Test
  void refusesSettingsThatExcludeEachOther() {
    assertConfiguration(Map.of("path", "p"), "needs 'bucket'");
    assertConfiguration(
        Map.of("bucket", "b", "sse-kms-key-id", "k", "sse-customer-key", CUSTOMER_KEY),
        "exclude each other");
    assertConfiguration(
        Map.of("bucket", "b", "sse-customer-key", CUSTOMER_KEY, "sse-customer-key-path", "/x"),
        "exclude each other");
    assertConfiguration(
        Map.of("bucket", "b", "sse-customer-key", CUSTOMER_KEY, "endpoint", "http://h:1"),
        "needs TLS");
  }

  private static void assertConfiguration(Map<String, String> settings, String message) {
    assertThatThrownBy(() -> read(settings))
        .isInstanceOfSatisfying(
            ReplicaException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CONFIGURATION))
        .hasMessageContaining(message)
        .hasMessageNotContaining("hidden");
  }

  @Test
  void customerKeyMayStandInAFile(@TempDir Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("key"), CUSTOMER_KEY + "\n");
    Optional<CustomerKey> key =
        read(Map.of("bucket", "b", "sse-customer-key-path", file.toString())).customerKey();
    assertThat(key).map(CustomerKey::base64).contains(CUSTOMER_KEY);
    // openssl: the MD5 of 01234567890123456789012345678901, in Base64
    assertThat(key).map(CustomerKey::md5).contains("KYvwGXoFFJ42a2u2GDWhwQ==");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          setting | LITESTREAM_ variables | AWS_ variables | keys
          s       | l                     | a              | s
          s       | -                     | -              | s
          -       | l                     | -              | l
          -       | l                     | a              | -
          -       | -                     | a              | -
          -       | -                     | -              | -
          """,
      useHeadersInDisplayName = true)
  void keysComeFromTheSettingsThenTheEnvironment(
      String setting, String ours, String amazons, String expected) throws ReplicaException {
    Map<String, String> settings = new TreeMap<>();
    Map<String, String> environment = new TreeMap<>();
    if (!setting.equals("-")) {
      settings.put("access-key-id", setting);
      settings.put("secret-access-key", "secret");
    }
    if (!ours.equals("-")) {
      environment.put("LITESTREAM_ACCESS_KEY_ID", ours);
      environment.put("LITESTREAM_SECRET_ACCESS_KEY", "secret");
    }
    if (!amazons.equals("-")) {
      environment.put("AWS_ACCESS_KEY_ID", amazons);
      environment.put("AWS_SECRET_ACCESS_KEY", "secret");
    }
    assertThat(Keys.choose(new ReplicaSettings("s3", settings), environment).map(Keys::id))
        .isEqualTo(expected.equals("-") ? Optional.empty() : Optional.of(expected));
  }

  @Test
  void secretsAreNotShown() throws ReplicaException {
    S3Settings settings =
        read(
            Map.of(
                "bucket", "b",
                "access-key-id", "AKIA",
                "secret-access-key", "hidden1",
                "session-token", "hidden2",
                "sse-customer-key", CUSTOMER_KEY));
    assertThat(settings.toString()).contains("s3://b").doesNotContain("hidden1", "hidden2");
    assertThat(settings.toString()).doesNotContain(CUSTOMER_KEY);
  }

  private static S3Settings read(Map<String, String> settings) throws ReplicaException {
    return S3Settings.read(new ReplicaSettings("s3", settings), Map.of());
  }
}
