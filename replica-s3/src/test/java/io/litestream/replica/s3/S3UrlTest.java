package io.litestream.replica.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaException.Kind;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class S3UrlTest {

  private static final String ACCOUNT = "0123456789abcdef0123456789abcdef";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          s3://b                                      | b   |                                      |
          s3://b/                                     | b   |                                      |
          s3://b/p                                    | b   |                                      | p
          s3://my.bucket/p/q                          | my.bucket |                                | p/q
          s3://b/with%20space/100%25/a+b              | b   |                                      | with space/100%/a+b
          s3://b/%C3%BC                               | b   |                                      | \u00fc
          s3://b.localhost:9000/p                     | b   | localhost:9000                       | p
          s3://b.c.localhost/p                        | b.c | localhost                            | p
          s3://localhost:9000/p                       |     | localhost:9000                       | p
          s3://b.127.0.0.1:9000/p                     | b   | 127.0.0.1:9000                       | p
          s3://B.s3.eu-central-003.backblazeb2.com/p  | B   | s3.eu-central-003.backblazeb2.com    | p
          s3://b.s3.filebase.com/p                    | b   | s3.filebase.com                      | p
          s3://b.fra1.digitaloceanspaces.com/p        | b   | fra1.digitaloceanspaces.com          | p
          s3://fra1.digitaloceanspaces.com/p          |     | fra1.digitaloceanspaces.com          | p
          s3://b.s3.nl-ams.scw.cloud/p                | b   | s3.nl-ams.scw.cloud                  | p
          s3://b.us-east-1.linodeobjects.com/p        | b   | us-east-1.linodeobjects.com          | p
          s3://b.fsn1.your-objectstorage.com/p        | b   | fsn1.your-objectstorage.com          | p
          s3://b.ACCOUNT.r2.cloudflarestorage.com/p   | b   | ACCOUNT.r2.cloudflarestorage.com     | p
          s3://b.ACCOUNT.eu.r2.cloudflarestorage.com/p | b  | ACCOUNT.eu.r2.cloudflarestorage.com  | p
          s3://b.fly.storage.tigris.dev/p             | b   | fly.storage.tigris.dev               | p
          s3://b.t3.storage.dev/p                     | b   | t3.storage.dev                       | p
          s3://b.s3.wasabisys.com/p                   | b   | s3.wasabisys.com                     | p
          s3://b.s3.eu-central-1.wasabisys.com/p      | b   | s3.eu-central-1.wasabisys.com        | p
          s3://b.proj.supabase.co/p                   | b   | proj.supabase.co                     | p
          s3://b.storage.googleapis.com/p             | b   | storage.googleapis.com               | p
          s3://b.ns.compat.objectstorage.eu-frankfurt-1.oraclecloud.com/p | b | ns.compat.objectstorage.eu-frankfurt-1.oraclecloud.com | p
          s3://b.s3.eu-west-1.amazonaws.com/p         | b   | s3.eu-west-1.amazonaws.com           | p
          s3://b.minio.example.com:9000/p             | b   | minio.example.com:9000               | p
          s3://b.192.168.1.10:9000/p                  | b   | 192.168.1.10:9000                    | p
          """)
  void takesUrlsApart(String url, String bucket, String endpoint, String path)
      throws ReplicaException {
    Map<String, String> expected = new TreeMap<>();
    put(expected, "bucket", bucket);
    put(expected, "endpoint", endpoint);
    put(expected, "path", path);
    assertThat(S3Url.parse(url.replace("ACCOUNT", ACCOUNT))).isEqualTo(expected);
  }

  private static void put(Map<String, String> settings, String key, String value) {
    if (value != null) {
      settings.put(key, value.replace("ACCOUNT", ACCOUNT));
    }
  }

  @Test
  void takesSettingsAfterAQuestionMarkInEitherSpelling() throws ReplicaException {
    assertThat(
            S3Url.parse(
                "s3://b/p?endpoint=http%3A%2F%2Flocalhost:9000&region=eu-1&forcePathStyle=true"
                    + "&skip-verify=false&partSize=16MiB"))
        .isEqualTo(
            Map.of(
                "bucket", "b",
                "path", "p",
                "endpoint", "http://localhost:9000",
                "region", "eu-1",
                "force-path-style", "true",
                "skip-verify", "false",
                "part-size", "16MiB"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          s3://                                | names no bucket
          s3:///p                              | names no bucket
          s3://host:9000/p                     | s3://BUCKET.HOST:PORT/PATH
          s3://b/p#q                           | %23
          s3://b/50%                           | %25
          s3://b/%zz                           | %25
          s3://b/%ff                           | not UTF-8
          s3://b/p?region                      | NAME=VALUE
          s3://b/p?secret-access-key=hidden    | cannot be given after the '?'
          s3://b/p?sessionToken=hidden         | cannot be given after the '?'
          s3://AKIA:hidden@b/p                 | credentials do not belong into a URL
          """)
  void refusesUrlsThatMakeNoSense(String url, String message) {
    assertThatThrownBy(() -> S3Url.parse(url))
        .isInstanceOfSatisfying(
            ReplicaException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CONFIGURATION))
        .hasMessageContaining(message)
        .hasMessageNotContaining("hidden");
  }
}
