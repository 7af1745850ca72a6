package io.litestream.replica.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream.spi.ObjectWriter;
import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaException.Kind;
import io.litestream.spi.ReplicaSettings;
import io.litestream.spi.ReplicaStore;
import io.litestream.spi.ReplicaStoreProvider;
import io.litestream.spi.RequestObserver;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileStoreProviderTest {

  private final ReplicaStoreProvider provider = new FileStoreProvider();

  @Test
  void isFoundByServiceLoader() {
    assertThat(ServiceLoader.load(ReplicaStoreProvider.class))
        .extracting(ReplicaStoreProvider::type)
        .containsExactly("file");
  }

  @Test
  void takesThePathOfAUrlAsItStands() throws ReplicaException {
    assertThat(provider.parseUrl("file:///var/back ups/50%25"))
        .isEqualTo(Map.of("path", "/var/back ups/50%25"));
  }

  @Test
  void refusesAUrlWithAHost() {
    assertThatThrownBy(() -> provider.parseUrl("file://backup/app"))
        .isInstanceOf(ReplicaException.class)
        .hasMessageContaining("file:///")
        .hasMessageContaining("'backup' was taken for a host");
  }

  @Test
  void opensTheDirectoryOfItsPath(@TempDir Path directory) throws IOException {
    Path root = directory.resolve("x/../root");
    try (ReplicaStore store = open(Map.of("path", root.toString()));
        ObjectWriter writer = store.create("a")) {
      writer.commit();
    }
    assertThat(directory.resolve("root/a")).isEmptyFile();
  }

  @Test
  void takesARelativePathFromTheWorkingDirectory() throws IOException {
    try (ReplicaStore store = open(Map.of("path", "target/relative"))) {
      assertThat(store)
          .hasToString("FileStore[" + Path.of("target/relative").toAbsolutePath() + "]");
    }
  }

  @Test
  void refusesSettingsThatItDoesNotHave() {
    assertConfiguration(Map.of(), "needs 'path'");
    assertConfiguration(Map.of("path", "/x", "pth", "/y"), "did you mean 'path'?");
    assertConfiguration(Map.of("path", "a\0b"), "is not a path");
  }

  private void assertConfiguration(Map<String, String> settings, String message) {
    assertThatThrownBy(() -> open(settings))
        .isInstanceOfSatisfying(
            ReplicaException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CONFIGURATION))
        .hasMessageContaining(message);
  }

  private ReplicaStore open(Map<String, String> settings) throws IOException {
    return provider.open(new ReplicaSettings("file", settings), RequestObserver.NONE);
  }
}
