package io.litestream.cli.running;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.litestream.cli.config.Configuration;
import io.litestream.cli.config.ControlSettings;
import io.litestream.cli.config.DatabaseDirectory;
import io.litestream.cli.config.ListenAddress;
import io.litestream.cli.config.LogSettings;
import io.litestream.cli.config.Monitoring;
import io.litestream.cli.running.ReloadPlan.Restart;
import io.litestream.core.DatabaseOptions;
import io.litestream.core.ReplicaOptions;
import io.litestream.core.age.AgeKeys;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ReloadPlanTest {

  private static final String RECIPIENT =
      "age158yreukg5utsstdjl5vtjwqumt7x9a8cvfrufd48hae2pevdvpksrhcfhf";

  private static final ReplicaOptions REPLICA =
      new ReplicaOptions(
          "s3",
          "s3",
          Map.of("bucket", "b", "path", "p", "secret-access-key", "old"),
          Duration.ofSeconds(1));
  private static final DatabaseOptions A = database("/a.db", REPLICA);
  private static final DatabaseOptions B = database("/b.db", REPLICA);
  private static final DatabaseOptions A_ROTATED =
      database("/a.db", with(Map.of("bucket", "b", "path", "p", "secret-access-key", "new")));
  private static final DatabaseOptions A_MOVED =
      database("/a.db", with(Map.of("bucket", "b", "path", "q", "secret-access-key", "old")));

  private static ReplicaOptions with(Map<String, String> settings) {
    return new ReplicaOptions("s3", "s3", settings, Duration.ofSeconds(1));
  }

  private static DatabaseOptions database(String path, ReplicaOptions... replicas) {
    return DatabaseOptions.of(Path.of(path), replicas);
  }

  private static Configuration configuration(DatabaseOptions... databases) {
    return configuration(Monitoring.DEFAULT, List.of(databases), List.of());
  }

  private static Configuration configuration(
      Monitoring monitoring, List<DatabaseOptions> databases, List<DatabaseDirectory> directories) {
    return new Configuration(
        Optional.empty(),
        LogSettings.WITHOUT_FILE,
        monitoring,
        ControlSettings.OFF,
        databases,
        directories);
  }

  private static DatabaseDirectory directory(ReplicaOptions replica) {
    return new DatabaseDirectory(Path.of("/dir"), "*.db", false, true, database("/dir", replica));
  }

  private static DatabaseOptions in(DatabaseDirectory directory, String name) {
    return directory.database(directory.directory().resolve(name)).orElseThrow();
  }

  private static ReloadPlan plan(Configuration wanted, DatabaseOptions... running) {
    return plan(wanted, Set.of(), Set.of(), running);
  }

  private static ReloadPlan plan(
      Configuration wanted, Set<Path> registered, Set<Path> stopped, DatabaseOptions... running) {
    Map<Path, DatabaseOptions> all = new TreeMap<>();
    for (DatabaseOptions each : running) {
      all.put(each.path(), each);
    }
    return ReloadPlan.compute(configuration(), wanted, all, registered, stopped);
  }

  static Stream<Arguments> changes() {
    Path a = A.path();
    return Stream.of(
        arguments("nothing", plan(configuration(A, B), A, B), expected(List.of(), List.of())),
        arguments("one more", plan(configuration(A, B), A), expected(List.of(), List.of(), B)),
        arguments("one less", plan(configuration(B), A, B), expected(List.of(a), List.of())),
        arguments("another order", plan(configuration(B, A), A, B), expected(List.of(), List.of())),
        arguments(
            "another place",
            plan(configuration(A_MOVED, B), A, B),
            expected(List.of(), List.of(new Restart(A_MOVED, false)))),
        arguments(
            "another secret",
            plan(configuration(A_ROTATED, B), A, B),
            expected(List.of(), List.of(new Restart(A_ROTATED, true)))),
        arguments(
            "one that failed so far",
            plan(configuration(A, B), B),
            expected(List.of(), List.of(), A)),
        arguments(
            "registered by hand",
            plan(configuration(B), Set.of(a), Set.of(), A, B),
            expected(List.of(), List.of())),
        arguments(
            "registered by hand, and configured now",
            plan(configuration(A_MOVED, B), Set.of(a), Set.of(), A, B),
            expected(List.of(), List.of(new Restart(A_MOVED, false)))),
        arguments(
            "stopped by hand",
            plan(configuration(A_MOVED, B), Set.of(), Set.of(a), B),
            expected(List.of(), List.of())));
  }

  private static ReloadPlan expected(
      List<Path> end, List<Restart> restart, DatabaseOptions... begin) {
    return new ReloadPlan(end, restart, List.of(begin), List.of());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource
  void changes(String name, ReloadPlan plan, ReloadPlan expected) {
    assertThat(plan).isEqualTo(expected);
  }

  @Test
  void aDirectoryCountsForEachOfItsDatabases() {
    DatabaseDirectory before = directory(REPLICA);
    DatabaseDirectory after = directory(REPLICA.with(new AgeKeys(List.of(RECIPIENT), List.of())));
    DatabaseOptions one = in(before, "one.db");
    DatabaseOptions named = database("/dir/two.db", REPLICA);

    assertThat(plan(configuration(Monitoring.DEFAULT, List.of(), List.of(before)), one))
        .isEqualTo(expected(List.of(), List.of()));
    assertThat(plan(configuration(Monitoring.DEFAULT, List.of(), List.of(after)), one))
        .isEqualTo(expected(List.of(), List.of(new Restart(in(after, "one.db"), false))));
    assertThat(plan(configuration(B), one, B)).isEqualTo(expected(List.of(one.path()), List.of()));
    // Its own entry counts more than the directory's.
    assertThat(
            plan(
                configuration(Monitoring.DEFAULT, List.of(named), List.of(before)),
                in(before, "two.db")))
        .isEqualTo(expected(List.of(), List.of(new Restart(named, false))));
  }

  @Test
  void namesTheKeysThatOnlyANewProcessTakes() {
    Monitoring other =
        new Monitoring(
            Optional.of(new ListenAddress("", 9090)),
            Duration.ofSeconds(1),
            false,
            Optional.of(URI.create("https://example.com/secret")),
            Duration.ofMinutes(1));
    Configuration wanted =
        new Configuration(
            Optional.of("app"),
            LogSettings.WITHOUT_FILE,
            other,
            new ControlSettings(true, Path.of("/l.sock"), ControlSettings.OFF.permissions()),
            List.of(),
            List.of());

    assertThat(plan(wanted).needRestart())
        .containsExactly(
            "exec", "addr", "max-lag", "heartbeat-url", "heartbeat-interval", "socket");
    assertThat(plan(configuration(A)).needRestart()).isEmpty();
  }
}
