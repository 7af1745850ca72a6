package io.litestream.cli.running;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream.cli.config.Configuration;
import io.litestream.cli.config.ControlSettings;
import io.litestream.cli.config.DatabaseDirectory;
import io.litestream.cli.config.LogSettings;
import io.litestream.cli.config.Monitoring;
import io.litestream.core.DatabaseOptions;
import io.litestream.core.ReplicaOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WantedDatabasesTest {

  private static final DatabaseOptions A = database("/a.db", "p");
  private static final DatabaseOptions A_BY_HAND = database("/a.db", "q");
  private static final DatabaseDirectory DIRECTORY =
      new DatabaseDirectory(Path.of("/dir"), "*.db", false, true, database("/dir", "p"));
  private static final Path IN_DIRECTORY = Path.of("/dir/x.db");

  private static DatabaseOptions database(String path, String place) {
    return DatabaseOptions.of(
        Path.of(path),
        new ReplicaOptions("file", "file", Map.of("path", place), Duration.ofSeconds(1)));
  }

  private static Configuration configuration(DatabaseOptions... databases) {
    return new Configuration(
        Optional.empty(),
        LogSettings.WITHOUT_FILE,
        Monitoring.DEFAULT,
        ControlSettings.OFF,
        List.of(databases),
        List.of(DIRECTORY));
  }

  @Test
  void whatMayBeInADirectoryIsFoundButNotNamed() {
    WantedDatabases wanted = new WantedDatabases(configuration(A));
    assertThat(wanted.named(A.path())).contains(A);
    assertThat(wanted.find(A.path())).contains(A);
    assertThat(wanted.named(IN_DIRECTORY)).isEmpty();
    assertThat(wanted.find(IN_DIRECTORY)).isEqualTo(DIRECTORY.database(IN_DIRECTORY)).isPresent();
  }

  @Test
  void aRegisteredOneIsTheConfigurationsOnceItIsThere() {
    WantedDatabases wanted = new WantedDatabases(configuration());
    wanted.register(A_BY_HAND);
    wanted.adopt(configuration());
    assertThat(wanted.named(A.path())).contains(A_BY_HAND);
    wanted.adopt(configuration(A));
    assertThat(wanted.named(A.path())).contains(A);
    assertThat(wanted.isRegistered(A.path())).isFalse();
  }

  @Test
  void aStoppedOneStaysStoppedAsLongAsItIsWanted() {
    WantedDatabases wanted = new WantedDatabases(configuration(A));
    wanted.register(database("/b.db", "p"));
    List<Path> stopped = List.of(A.path(), Path.of("/b.db"), IN_DIRECTORY);
    stopped.forEach(wanted::stop);
    wanted.adopt(configuration(A));
    assertThat(wanted.stopped()).containsExactlyInAnyOrderElementsOf(stopped);
    wanted.adopt(configuration());
    assertThat(wanted.stopped()).containsExactlyInAnyOrder(Path.of("/b.db"), IN_DIRECTORY);
  }

  @Test
  void onceUnregisteredItIsNotStoppedAnyMore() {
    WantedDatabases wanted = new WantedDatabases(configuration());
    wanted.register(A_BY_HAND);
    wanted.stop(A.path());
    wanted.unregister(A.path());
    assertThat(wanted.find(A.path())).isEmpty();
    assertThat(wanted.isStopped(A.path())).isFalse();
  }
}
