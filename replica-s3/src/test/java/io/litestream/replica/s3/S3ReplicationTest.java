package io.litestream.replica.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream.core.DatabaseOptions;
import io.litestream.core.Litestream;
import io.litestream.core.ReplicaOptions;
import io.litestream.core.Replication;
import io.litestream.core.replica.ReplicaReader;
import io.litestream.core.restore.RestorePlan;
import io.litestream.core.restore.RestoreProgress;
import io.litestream.core.restore.RestoreRequest;
import io.litestream.core.restore.Restorer;
import io.litestream.spi.ObjectWriter;
import io.litestream.spi.ReplicaStore;
import io.litestream.spi.RequestObserver;
import io.litestream.testkit.HttpFault;
import io.litestream.testkit.HttpFaultProxy;
import io.litestream.testkit.ProxiedRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/** A live database, replicated to S3 and restored from there. */
@Timeout(120)
class S3ReplicationTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** More than a page of a listing. */
  private static final int SHORT_HISTORY = 1_200;

  /** A segment a second. */
  private static final int TWO_HOURS = 7_200;

  /** Replicates until it is killed. Its arguments are the database and the replica's settings. */
  static final class Replicating {

    private Replicating() {}

    public static void main(String[] args) throws Exception {
      Map<String, String> settings = new TreeMap<>();
      for (int i = 1; i < args.length; i += 2) {
        settings.put(args[i], args[i + 1]);
      }
      ReplicaOptions replica = replica(settings);
      try (Litestream litestream = Litestream.start();
          Replication replication = litestream.replicate(options(Path.of(args[0]), replica))) {
        while (true) {
          replication.sync(PATIENCE);
          Thread.sleep(10);
        }
      }
    }
  }

  @TempDir Path directory;

  private S3UnderTest server;
  private Path database;

  @BeforeEach
  void begin() throws Exception {
    server = S3UnderTest.current();
    database = directory.resolve("app.db");
  }

  @AfterEach
  void end() throws Exception {
    server.close();
  }

  private static ReplicaOptions replica(Map<String, String> settings) {
    return new ReplicaOptions("s3", "s3", settings, Duration.ofMillis(20));
  }

  /** With a checkpoint, and so another index, after every few commits. */
  private static DatabaseOptions options(Path database, ReplicaOptions replica) {
    DatabaseOptions defaults = DatabaseOptions.of(database, replica);
    return new DatabaseOptions(
        defaults.path(),
        defaults.metaPath(),
        Duration.ofMillis(50),
        defaults.checkpointInterval(),
        20,
        1000,
        defaults.busyTimeout(),
        defaults.replicas());
  }

  private static void run(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static Connection connect(Path database) throws SQLException {
    Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
    run(connection, "PRAGMA busy_timeout=10000");
    run(connection, "PRAGMA journal_mode=wal");
    run(connection, "CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, x BLOB)");
    return connection;
  }

  private static void insert(Connection connection, int rows) throws SQLException {
    for (int i = 0; i < rows; i++) {
      run(connection, "INSERT INTO t (x) VALUES (randomblob(3000))");
    }
  }

  private static List<String> rows(Path file) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement();
        ResultSet all = statement.executeQuery("SELECT id || ' ' || hex(x) FROM t ORDER BY id")) {
      while (all.next()) {
        rows.add(all.getString(1));
      }
    }
    return rows;
  }

  private Path restore() throws Exception {
    Path output = directory.resolve("restored-" + System.nanoTime() + ".db");
    try (ReplicaStore store = server.open(RequestObserver.NONE)) {
      RestoreRequest request = RestoreRequest.of(output);
      RestorePlan plan = Restorer.plan(List.of(new ReplicaReader("s3", store)), request);
      Restorer.restore(plan, request, RestoreProgress.NONE);
    }
    return output;
  }

  private Process replicateInAProcess() throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path"),
                Replicating.class.getName(),
                database.toString()));
    server.settings().forEach((key, value) -> command.addAll(List.of(key, value)));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(directory.resolve("process.log").toFile())
        .start();
  }

  private static boolean isUpload(ProxiedRequest request) {
    return request.method().equals("PUT") && request.status() == 200;
  }

  @Test
  void whatAKilledProcessReplicatedIsRestoredAndContinued() throws Exception {
    try (Connection app = connect(database)) {
      Process process = replicateInAProcess();
      try {
        long limit = System.nanoTime() + PATIENCE.toNanos();
        while (server.proxy().count(S3ReplicationTest::isUpload) < 20) {
          assertThat(process.isAlive()).as(() -> read(directory.resolve("process.log"))).isTrue();
          assertThat(System.nanoTime()).isLessThan(limit);
          insert(app, 1);
          Thread.sleep(10);
        }
      } finally {
        process.destroyForcibly().waitFor();
      }
      assertThat(rows(database)).startsWith(rows(restore()).toArray(String[]::new));
      try (Litestream litestream = Litestream.start();
          Replication replication =
              litestream.replicate(options(database, replica(server.settings())))) {
        insert(app, 20);
        replication.sync(PATIENCE);
        assertThat(rows(restore())).isEqualTo(rows(database));
      }
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }

  @Test
  void findingOnesPlaceDoesNotGrowWithHistoryAndNothingIsListedAfterwards() throws Exception {
    assertFindsItsPlace(SHORT_HISTORY);
  }

  @Test
  @Tag("long")
  void findingOnesPlaceAfterTwoHoursTakesAsFewRequests() throws Exception {
    assertFindsItsPlace(TWO_HOURS);
  }

  private void assertFindsItsPlace(int history) throws Exception {
    try (Connection app = connect(database)) {
      String generation;
      try (Litestream litestream = Litestream.start();
          Replication replication =
              litestream.replicate(options(database, replica(server.settings())))) {
        for (int i = 0; i < 10; i++) {
          insert(app, 30);
          replication.sync(PATIENCE);
        }
        generation =
            replication.status().replicas().get(0).position().orElseThrow().generation().name();
      }
      writeHistory(generation, history);

      HttpFaultProxy proxy = server.proxy();
      proxy.clearRequests();
      try (Litestream litestream = Litestream.start();
          Replication replication =
              litestream.replicate(options(database, replica(server.settings())))) {
        insert(app, 1);
        replication.sync(PATIENCE);
        assertThat(proxy.requests().stream().filter(r -> !r.method().equals("PUT")))
            .as("requests that find the place")
            .extracting(S3ReplicationTest::kind)
            .containsExactly("LIST", "LIST", "GET");
        proxy.clearRequests();
        for (int i = 0; i < 20; i++) {
          insert(app, 10);
          replication.sync(PATIENCE);
        }
        assertThat(proxy.requests()).as("requests of steady replication").isNotEmpty();
        assertThat(proxy.requests()).extracting(S3ReplicationTest::kind).containsOnly("PUT");
      }
      assertThat(rows(restore())).isEqualTo(rows(database));
    }
  }

  private static String kind(ProxiedRequest request) {
    return request.query().contains("list-type") ? "LIST" : request.method();
  }

  /** Segments before what there is: of the first index, which is not restored. */
  private void writeHistory(String generation, int history) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try (ReplicaStore store = server.open(RequestObserver.NONE)) {
      List<Future<Boolean>> written =
          IntStream.range(0, history)
              .mapToObj(
                  i ->
                      threads.submit(
                          () -> {
                            String key =
                                String.format(
                                    "generations/%s/wal/00000000_%08x.wal.lz4",
                                    generation, 0x10000000 + i);
                            try (ObjectWriter writer = store.create(key)) {
                              writer.write(1);
                              writer.commit();
                            }
                            return true;
                          }))
              .toList();
      for (Future<Boolean> each : written) {
        assertThat(each.get(60, TimeUnit.SECONDS)).isTrue();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void replicationResumesByItselfAfterConnectionsBreak() throws Exception {
    try (Connection app = connect(database);
        Litestream litestream = Litestream.start();
        Replication replication =
            litestream.replicate(options(database, replica(server.settings())))) {
      insert(app, 10);
      replication.sync(PATIENCE);
      for (HttpFault fault :
          List.of(
              HttpFault.resetRequestAt(0),
              HttpFault.resetRequestAt(800),
              HttpFault.resetResponseAt(0),
              HttpFault.answer(500),
              HttpFault.answer(503, Duration.ofSeconds(1)))) {
        // More often than a request is repeated: the upload fails, and comes again.
        server.proxy().onNext(6, fault);
        insert(app, 10);
        replication.sync(PATIENCE);
        server.proxy().heal();
        assertThat(rows(restore())).isEqualTo(rows(database));
      }
    }
  }

  @Test
  @EnabledIfEnvironmentVariable(
      named = "LITESTREAM_PEER",
      matches = ".+",
      disabledReason = "LITESTREAM_PEER does not name the peer's executable")
  void peerRestoresWhatWeWroteAndWeWhatThePeerWrote() throws Exception {
    try (Connection app = connect(database)) {
      try (Litestream litestream = Litestream.start();
          Replication replication =
              litestream.replicate(options(database, replica(server.settings())))) {
        insert(app, 50);
        replication.sync(PATIENCE);
      }
      Path theirs = directory.resolve("theirs.db");
      Process restore =
          peer("restore", "-o", theirs.toString(), "-config", config(), database.toString());
      assertThat(restore.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(restore.exitValue()).as(() -> read(directory.resolve("peer.log"))).isZero();
      assertThat(rows(theirs)).isEqualTo(rows(database));

      Process replicate = peer("replicate", "-config", config());
      try {
        insert(app, 50);
        long limit = System.nanoTime() + PATIENCE.toNanos();
        while (!rows(restore()).equals(rows(database))) {
          assertThat(System.nanoTime())
              .as(() -> read(directory.resolve("peer.log")))
              .isLessThan(limit);
          Thread.sleep(200);
        }
      } finally {
        replicate.destroyForcibly().waitFor();
      }
    }
  }

  private String config() throws Exception {
    Map<String, String> settings = server.settings();
    return Files.writeString(
            directory.resolve("litestream.yml"),
            """
            dbs:
              - path: %s
                replicas:
                  - type: s3
                    bucket: %s
                    path: %s
                    endpoint: %s
                    force-path-style: true
                    region: us-east-1
                    access-key-id: %s
                    secret-access-key: %s
                    sync-interval: 100ms
            """
                .formatted(
                    database,
                    settings.get("bucket"),
                    settings.get("path"),
                    settings.get("endpoint"),
                    settings.get("access-key-id"),
                    settings.get("secret-access-key")))
        .toString();
  }

  private Process peer(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(System.getenv("LITESTREAM_PEER")));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(directory.resolve("peer.log").toFile())
        .start();
  }
}
