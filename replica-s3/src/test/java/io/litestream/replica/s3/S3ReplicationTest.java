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
import org.junit.jupiter.api.io.TempDir;

/** A live database, replicated to S3 and restored from there. */
@Timeout(120)
class S3ReplicationTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** More than a page of a listing. */
  private static final int SHORT_HISTORY = 1_200;

  /** A segment a second. */
  private static final int TWO_HOURS = 7_200;

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
        insert(app, 30);
        replication.sync(PATIENCE);
        generation =
            replication.status().replicas().get(0).position().orElseThrow().generation().name();
        leaveTheFirstIndex(app, replication, generation);
      }
      writeHistory(generation, history);

      insert(app, 1);
      HttpFaultProxy proxy = server.proxy();
      proxy.clearRequests();
      try (Litestream litestream = Litestream.start();
          Replication replication =
              litestream.replicate(options(database, replica(server.settings())))) {
        replication.sync(PATIENCE);
        assertThat(proxy.requests())
            .as("two requests find the place, and uploads go on")
            .extracting(S3ReplicationTest::kind)
            .startsWith("LIST", "GET", "PUT");
        assertThat(proxy.requests().stream().map(S3ReplicationTest::kind))
            .as("one more, to see that there is a snapshot before it")
            .filteredOn(kind -> !kind.equals("PUT"))
            .containsExactly("LIST", "GET", "LIST");
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

  /**
   * Until the copy of the WAL has moved on: what is in the replica of an index before its first is
   * not looked at. How soon that is depends on when checkpoints get between the commits.
   */
  private void leaveTheFirstIndex(Connection app, Replication replication, String generation)
      throws Exception {
    Path first =
        DatabaseOptions.defaultMetaPath(database)
            .resolve("generations")
            .resolve(generation)
            .resolve("wal/00000000.wal");
    assertThat(first).exists();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (Files.exists(first)) {
      assertThat(System.nanoTime()).as("waited for another index").isLessThan(deadline);
      insert(app, 30);
      replication.sync(PATIENCE);
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
}
