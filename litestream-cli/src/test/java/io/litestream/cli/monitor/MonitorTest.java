package io.litestream.cli.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream.cli.Wait;
import io.litestream.cli.config.ListenAddress;
import io.litestream.cli.config.Monitoring;
import io.litestream.cli.output.JsonTree;
import io.litestream.core.DatabaseOptions;
import io.litestream.core.DrillOptions;
import io.litestream.core.LeaseOptions;
import io.litestream.core.Litestream;
import io.litestream.core.ReplicaOptions;
import io.litestream.core.ReplicaStores;
import io.litestream.core.Replication;
import io.litestream.core.position.Position;
import io.litestream.spi.ReplicaException.Kind;
import io.litestream.testkit.InMemoryStore;
import io.litestream.testkit.StoreHold;
import io.litestream.testkit.StoreOperation;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Replicates to a store in memory, and looks at it through HTTP as a monitoring system would. */
@Timeout(60)
class MonitorTest {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final Pattern LABEL = Pattern.compile("(\\w+)(?:=|!=|=~|!~)\"");

  @TempDir Path directory;

  private final MemoryStores stores = new MemoryStores();
  private final InMemoryStore server = stores.server;
  private Path database;
  private Monitor monitor;
  private Litestream litestream;
  private Pages pages;

  @BeforeEach
  void setUp() throws Exception {
    database = directory.resolve("app.db");
    execute("PRAGMA journal_mode=wal", "CREATE TABLE t (x BLOB)");
    monitor = new Monitor(monitoring(new ListenAddress("", 0)), "v1", Clock.systemUTC());
    litestream =
        Litestream.start(
            ReplicaStores.of(List.of(stores)), Duration.ofSeconds(5), monitor.observer());
    monitor.start(litestream::replications);
    pages = new Pages(monitor.address().orElseThrow());
  }

  @AfterEach
  void tearDown() throws Exception {
    server.heal();
    litestream.close();
    monitor.close();
  }

  private static Monitoring monitoring(ListenAddress addr) {
    return new Monitoring(
        Optional.of(addr),
        Duration.ofMillis(200),
        true,
        Optional.empty(),
        Monitoring.DEFAULT_HEARTBEAT_INTERVAL);
  }

  private void execute(String... statements) throws SQLException {
    try (Connection c = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement s = c.createStatement()) {
      for (String statement : statements) {
        s.execute(statement);
      }
    }
  }

  private Replication replicate() throws Exception {
    return litestream.replicate(
        DatabaseOptions.of(
            database, new ReplicaOptions("mem", "memory", Map.of(), Duration.ofMillis(50))));
  }

  private String metrics() throws Exception {
    return pages.get("/metrics").body();
  }

  private double value(String metric, String... labels) throws Exception {
    String text = metrics();
    Matcher line =
        Pattern.compile(
                "^"
                    + Pattern.quote(metric + "{" + String.join(",", labels) + "}")
                    + " ([0-9.E+-]+)$",
                Pattern.MULTILINE)
            .matcher(text);
    assertThat(line.find()).as("%s in %s", metric, text).isTrue();
    return Double.parseDouble(line.group(1));
  }

  private String db() {
    return "db=\"" + database + "\"";
  }

  private void awaitPage(String path, Predicate<String> condition) throws Exception {
    Wait.until(
        path, PATIENCE, () -> pages.get(path).body(), () -> condition.test(pages.get(path).body()));
  }

  @Test
  void countsAreThoseOfTheStore() throws Exception {
    Replication replication = replicate();
    execute("INSERT INTO t (x) VALUES (randomblob(9000))");
    replication.sync(PATIENCE);

    for (Map.Entry<String, StoreOperation> operation :
        Map.of(
                "PUT", StoreOperation.COMMIT,
                "LIST", StoreOperation.LIST)
            .entrySet()) {
      assertThat(
              value(
                  "litestream_replica_operation_total",
                  "operation=\"" + operation.getKey() + "\"",
                  "replica_type=\"memory\""))
          .as(operation.getKey())
          .isEqualTo((double) server.requests(operation.getValue()));
    }
    long stored = server.objects().values().stream().mapToLong(bytes -> bytes.length).sum();
    assertThat(
            value(
                "litestream_replica_operation_bytes",
                "operation=\"PUT\"",
                "replica_type=\"memory\""))
        .isEqualTo((double) stored);
    assertThat(pages.get("/api/status").body())
        .containsPattern(
            "\"PUT\" : \\{\\s+\"count\" : "
                + server.requests(StoreOperation.COMMIT)
                + ",\\s+\"bytes\" : "
                + stored);
  }

  @Test
  void positionsAndSizesAreThoseOfTheStatus() throws Exception {
    Replication replication = replicate();
    execute("INSERT INTO t (x) VALUES (randomblob(9000))");
    replication.sync(PATIENCE);

    Position end = replication.status().position().orElseThrow();
    String name = "name=\"mem\"";
    assertThat(value("litestream_shadow_wal_index", db())).isEqualTo(end.index());
    assertThat(value("litestream_shadow_wal_size", db())).isEqualTo((double) end.offset());
    assertThat(value("litestream_replica_wal_index", db(), name)).isEqualTo(end.index());
    assertThat(value("litestream_replica_wal_offset", db(), name)).isEqualTo((double) end.offset());
    assertThat(value("litestream_replica_wal_bytes", db(), name)).isEqualTo((double) end.offset());
    assertThat(value("litestream_db_size", db())).isEqualTo((double) Files.size(database));
    assertThat(value("litestream_wal_size", db())).isEqualTo((double) end.offset());
    assertThat(value("litestream_replica_lag_bytes", db(), name)).isZero();
    assertThat(value("litestream_generation_total", db(), "reason=\"no generation exists\""))
        .isEqualTo(1);
    assertThat(metrics()).as("without a lease").doesNotContain("litestream_replica_lease_held{");
  }

  @Test
  void aStoreThatRefusesShowsEverywhere() throws Exception {
    Replication replication = replicate();
    replication.sync(PATIENCE);
    awaitPage("/healthz", "ok\n"::equals);

    server.failWhen(call -> call.operation() == StoreOperation.COMMIT, Kind.DENIED);
    execute("INSERT INTO t (x) VALUES (1)");
    awaitPage("/healthz", body -> body.contains("behind") && body.contains("AccessDenied"));
    assertThat(value("litestream_replica_upload_error_total", db(), "name=\"mem\"")).isPositive();
    assertThat(value("litestream_replica_lag_seconds", db(), "name=\"mem\"")).isPositive();
    assertThat(
            value(
                "litestream_replica_operation_errors_total",
                "operation=\"PUT\"",
                "replica_type=\"memory\""))
        .isPositive();
    assertThat(metrics()).contains("litestream_replica_backoff_seconds");
    assertThat(pages.get("/api/status").body()).contains("\"healthy\" : false", "AccessDenied");

    server.heal();
    replication.sync(PATIENCE);
    awaitPage("/healthz", "ok\n"::equals);
    assertThat(value("litestream_replica_backoff_seconds", db(), "name=\"mem\"")).isZero();
  }

  @Test
  void aStoreThatHangsIsUnhealthyAndNotReady() throws Exception {
    StoreHold hold = server.hold(call -> call.operation() == StoreOperation.COMMIT);
    replicate();
    awaitPage("/healthz", body -> body.contains("behind"));
    assertThat(pages.get("/readyz").statusCode()).isEqualTo(503);

    hold.release();
    awaitPage("/readyz", "ok\n"::equals);
    awaitPage("/healthz", "ok\n"::equals);
  }

  @Test
  void whatIsNoLongerReplicatedIsNoLongerCounted() throws Exception {
    Replication replication = replicate();
    replication.sync(PATIENCE);
    assertThat(metrics()).contains(db());

    replication.close();

    assertThat(metrics()).doesNotContain(db());
    assertThat(pages.get("/api/status").body()).doesNotContain("app.db");
  }

  /** Has everything happen that is measured, so that every metric is there. */
  private void replicateWithEverything() throws Exception {
    DatabaseOptions defaults =
        DatabaseOptions.of(
            database,
            new ReplicaOptions("mem", "memory", Map.of(), Duration.ofMillis(50))
                .with(new DrillOptions(Optional.of(Duration.ofMillis(100)), Optional.empty()))
                .with(new LeaseOptions(LeaseOptions.Mode.ON, LeaseOptions.DEFAULT_TTL)));
    Replication replication =
        litestream.replicate(
            new DatabaseOptions(
                defaults.path(),
                defaults.metaPath(),
                defaults.monitorInterval(),
                defaults.checkpointInterval(),
                2,
                100_000,
                defaults.busyTimeout(),
                defaults.replicas()));
    for (int i = 0; i < 3; i++) {
      execute("INSERT INTO t (x) VALUES (randomblob(9000))");
    }
    replication.sync(PATIENCE);
    awaitPage(
        "/metrics",
        body ->
            body.contains("litestream_checkpoint_count")
                && body.contains("litestream_replica_validation_ok"));
    monitor.observer().onDeleteFailed(database, defaults.replicas().get(0), "AccessDenied", 1);
  }

  /** The names in {@code /metrics}, each with its labels. */
  private Map<String, Set<String>> series() throws Exception {
    Map<String, Set<String>> series = new TreeMap<>();
    Matcher lines = Pattern.compile("^(\\w+)(?:\\{(.*)})? ", Pattern.MULTILINE).matcher(metrics());
    while (lines.find()) {
      Set<String> labels = series.computeIfAbsent(lines.group(1), name -> new TreeSet<>());
      Matcher label = LABEL.matcher(String.valueOf(lines.group(2)));
      while (label.find()) {
        labels.add(label.group(1));
      }
    }
    return series;
  }

  @Test
  void dashboardAndAlertsAskForWhatIsThere() throws Exception {
    replicateWithEverything();
    Map<String, Set<String>> series = series();
    Path docs = Path.of("..", "docs", "monitoring");
    List<String> expressions = new ArrayList<>();
    JsonTree dashboard = JsonTree.parse(Files.readString(docs.resolve("grafana-dashboard.json")));
    for (JsonTree panel : dashboard.objects("panels")) {
      for (JsonTree target : panel.objects("targets")) {
        expressions.add(target.text("expr").orElseThrow());
      }
    }
    for (JsonTree variable : dashboard.object("templating").orElseThrow().objects("list")) {
      variable.text("definition").ifPresent(expressions::add);
    }
    int panels = expressions.size();
    for (String line : Files.readAllLines(docs.resolve("alerts.yml"))) {
      if (line.strip().startsWith("expr: ")) {
        expressions.add(line.strip().substring("expr: ".length()));
      }
    }
    assertThat(panels).isGreaterThan(20);
    assertThat(expressions).hasSizeGreaterThan(panels + 5);

    for (String expression : expressions) {
      Matcher metric =
          Pattern.compile("\\b((?:litestream|jvm|process)_\\w+)(?:\\{([^}]*)})?")
              .matcher(expression);
      while (metric.find()) {
        assertThat(series).as(expression).containsKey(metric.group(1));
        Matcher label = LABEL.matcher(String.valueOf(metric.group(2)));
        while (label.find()) {
          // Prometheus itself adds where a value is from.
          if (!label.group(1).equals("job")) {
            assertThat(series.get(metric.group(1))).as(expression).contains(label.group(1));
          }
        }
      }
    }
  }

  @Test
  void namesAndLabelsAreThoseOfThePeer() throws Exception {
    replicateWithEverything();

    Set<String> series = new TreeSet<>();
    series().forEach((name, labels) -> series.add(name + " " + String.join(",", labels)));
    assertThat(series)
        .contains(
            "litestream_db_size db",
            "litestream_wal_size db",
            "litestream_shadow_wal_index db",
            "litestream_shadow_wal_size db",
            "litestream_total_wal_bytes db",
            "litestream_sync_count db",
            "litestream_sync_error_count db",
            "litestream_sync_seconds db",
            "litestream_checkpoint_count db,mode",
            "litestream_checkpoint_error_count db,mode",
            "litestream_checkpoint_seconds db,mode",
            "litestream_replica_wal_bytes db,name",
            "litestream_replica_wal_index db,name",
            "litestream_replica_wal_offset db,name",
            "litestream_replica_operation_total operation,replica_type",
            "litestream_replica_operation_bytes operation,replica_type")
        .contains("litestream_replica_lease_held db,name");
    assertThat(metrics()).contains("jvm_memory_used_bytes{area=\"heap\"}");
  }

  @Test
  void deletesThatFailAreCountedByTheirCode() throws Exception {
    monitor
        .observer()
        .onDeleteFailed(
            database,
            new ReplicaOptions("mem", "memory", Map.of(), Duration.ofSeconds(1)),
            "AccessDenied",
            1428);

    assertThat(
            value(
                "litestream_replica_delete_failure_total",
                "code=\"AccessDenied\"",
                db(),
                "name=\"mem\""))
        .isEqualTo(1428);
  }

  @Test
  void replicationGoesOnIfThePortIsTaken() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      try (Monitor second =
          new Monitor(
              monitoring(new ListenAddress("", taken.getLocalPort())), "v1", Clock.systemUTC())) {
        second.start(litestream::replications);

        Optional<InetSocketAddress> address = second.address();
        assertThat(address).isEmpty();
      }
    }
  }
}
