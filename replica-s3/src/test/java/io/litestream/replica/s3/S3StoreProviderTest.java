package io.litestream.replica.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream.spi.ReplicaSettings;
import io.litestream.spi.ReplicaStore;
import io.litestream.spi.ReplicaStoreProvider;
import io.litestream.spi.RequestObserver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class S3StoreProviderTest {

  /** Does what every command does, whatever its replicas are. */
  static final class Startup {

    private Startup() {}

    public static void main(String[] args) throws IOException {
      for (ReplicaStoreProvider provider : ServiceLoader.load(ReplicaStoreProvider.class)) {
        provider.parseUrl("s3://bucket.localhost:9000/app");
        provider.schemes();
      }
    }
  }

  @Test
  void isFoundByServiceLoader() {
    assertThat(ServiceLoader.load(ReplicaStoreProvider.class))
        .extracting(ReplicaStoreProvider::type)
        .containsExactly("s3");
  }

  @Test
  void vendorsLibraryIsNotLoadedBeforeAStoreIsOpened(@TempDir Path directory) throws Exception {
    Path output = directory.resolve("classes");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xlog:class+load",
                "-cp",
                System.getProperty("java.class.path"),
                Startup.class.getName())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(output)).isZero();
    List<String> loaded = Files.readAllLines(output);
    assertThat(loaded).anyMatch(line -> line.contains(S3StoreProvider.class.getName()));
    assertThat(loaded)
        .noneMatch(line -> line.contains("software.amazon") || line.contains("org.apache.hc"));
  }

  @Test
  void openingAStoreSendsNoRequestAndShowsWhereItIs() throws IOException {
    try (ReplicaStore store =
        new S3StoreProvider()
            .open(
                new ReplicaSettings(
                    "s3",
                    Map.of(
                        "bucket", "b",
                        "path", "app",
                        "endpoint", "http://192.0.2.1:9000",
                        "access-key-id", "id",
                        "secret-access-key", "secret")),
                RequestObserver.NONE)) {
      assertThat(store).hasToString("S3Store[s3://b/app at http://192.0.2.1:9000 in us-east-1]");
    }
  }
}
