package io.litestream.replica.gcs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaException.Kind;
import io.litestream.spi.ReplicaSettings;
import io.litestream.spi.ReplicaStore;
import io.litestream.spi.ReplicaStoreProvider;
import java.io.IOException;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

class GcsSettingsTest {

  @Test
  void isFoundByServiceLoaderUnderBothSchemes() {
    assertThat(ServiceLoader.load(ReplicaStoreProvider.class))
        .singleElement()
        .satisfies(
            provider -> {
              assertThat(provider.type()).isEqualTo("gcs");
              assertThat(provider.schemes()).containsExactlyInAnyOrder("gcs", "gs");
            });
  }

  @Test
  void takesAUrlApart() throws ReplicaException {
    assertThat(new GcsStoreProvider().parseUrl("gcs://bucket/a/b c%20"))
        .isEqualTo(Map.of("bucket", "bucket", "path", "a/b c%20"));
    assertThat(new GcsStoreProvider().parseUrl("gs://bucket"))
        .isEqualTo(Map.of("bucket", "bucket", "path", ""));
    assertThatThrownBy(() -> new GcsStoreProvider().parseUrl("gcs:///path"))
        .hasMessageContaining("names a bucket");
  }

  @Test
  void emulatorIsAskedWithoutCredentials() throws ReplicaException {
    for (String host : new String[] {"localhost:4443", "http://localhost:4443/"}) {
      assertThat(
              GcsSettings.read(
                  settings(Map.of("bucket", "bkt", "path", "/a/")),
                  Map.of("STORAGE_EMULATOR_HOST", host)))
          .isEqualTo(new GcsSettings("http://localhost:4443", "bkt", "a", false));
    }
    assertThat(GcsSettings.read(settings(Map.of("bucket", "bkt")), Map.of()))
        .isEqualTo(new GcsSettings("https://storage.googleapis.com", "bkt", "", true));
  }

  @Test
  void refusesWhatCannotWork() {
    assertWrong(Map.of(), Map.of(), "needs 'bucket'");
    assertWrong(Map.of("bucket", "Bad Name"), Map.of(), "not the name of a bucket");
    assertWrong(Map.of("bucket", "bkt", "pth", "a"), Map.of(), "did you mean 'path'?");
    assertWrong(Map.of("bucket", "bkt", "path", "a/../b"), Map.of(), "not a path");
    assertWrong(
        Map.of("bucket", "bkt"), Map.of("STORAGE_EMULATOR_HOST", "a b"), "not a host and port");
  }

  private static void assertWrong(
      Map<String, String> settings, Map<String, String> environment, String message) {
    assertThatThrownBy(() -> GcsSettings.read(settings(settings), environment))
        .isInstanceOfSatisfying(
            ReplicaException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CONFIGURATION))
        .hasMessageContaining(message);
  }

  @Test
  void openingSendsNoRequestAndLooksForNoCredentials() throws IOException {
    try (ReplicaStore store =
        new GcsStoreProvider()
            .open(
                settings(Map.of("bucket", "bkt", "path", "app")),
                request -> {
                  throw new AssertionError(request);
                })) {
      assertThat(store.toString()).endsWith("/bkt/app/]");
    }
  }

  private static ReplicaSettings settings(Map<String, String> values) {
    return new ReplicaSettings("gcs", values);
  }
}
