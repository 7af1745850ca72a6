package io.litestream.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream.core.DatabaseOptions;
import io.litestream.core.DatabaseStatus;
import io.litestream.core.Litestream;
import io.litestream.core.ReplicaOptions;
import io.litestream.core.ReplicaStores;
import io.litestream.core.Replication;
import io.litestream.core.ReplicationObserver;
import io.litestream.core.position.Position;
import io.litestream.spi.ReplicaException.Kind;
import io.litestream.spi.RequestObserver.Operation;
import io.litestream.spi.RequestObserver.Request;
import io.litestream.testkit.InMemoryStore;
import io.litestream.testkit.StoreHold;
import io.litestream.testkit.StoreOperation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What can be seen of replication from outside while it goes on: status and observer. */
@Timeout(60)
class ObservedReplicationTest {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir Path directory;

  private final MemoryStores stores = new MemoryStores();
  private final Heard heard = new Heard();
  private Path database;
  private InMemoryStore server;

  /** Remembers what it was told. */
  private static final class Heard implements ReplicationObserver {
    final List<String> generations = new CopyOnWriteArrayList<>();
    final List<Request> requests = new CopyOnWriteArrayList<>();
    final List<Upload> uploads = new CopyOnWriteArrayList<>();
    final List<CheckpointMode> checkpoints = new CopyOnWriteArrayList<>();
    final List<Path> closed = new CopyOnWriteArrayList<>();
    final AtomicLong copied = new AtomicLong();
    final AtomicLong uploadedWal = new AtomicLong();
    final AtomicLong syncFailures = new AtomicLong();
    final AtomicLong uploadFailures = new AtomicLong();

    @Override
    public void onSync(Path database, long bytes, Duration elapsed, boolean failed) {
      copied.addAndGet(bytes);
      syncFailures.addAndGet(failed ? 1 : 0);
    }

    @Override
    public void onCheckpoint(Path database, CheckpointMode mode, Duration elapsed, boolean failed) {
      checkpoints.add(mode);
    }

    @Override
    public void onGeneration(Path database, String reason) {
      generations.add(reason);
    }

    @Override
    public void onRequest(Path database, ReplicaOptions replica, Request request) {
      requests.add(request);
    }

    @Override
    public void onUpload(
        Path database, ReplicaOptions replica, Upload what, long bytes, Duration elapsed) {
      uploads.add(what);
      uploadedWal.addAndGet(what == Upload.SEGMENT ? bytes : 0);
    }

    @Override
    public void onUploadFailed(Path database, ReplicaOptions replica) {
      uploadFailures.incrementAndGet();
    }

    @Override
    public void onClosed(Path database) {
      closed.add(database);
    }

    long requests(Operation operation) {
      return requests.stream().filter(request -> request.operation() == operation).count();
    }
  }

  @BeforeEach
  void setUp() throws Exception {
    database = directory.resolve("app.db");
    server = stores.server("a");
    try (Connection c = connect()) {
      run(c, "PRAGMA journal_mode=wal");
      run(c, "CREATE TABLE t (x BLOB)");
    }
  }

  private Connection connect() throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + database);
  }

  private static void run(Connection c, String sql) throws SQLException {
    try (Statement s = c.createStatement()) {
      s.execute(sql);
    }
  }

  private static void insert(Connection c) throws SQLException {
    run(c, "INSERT INTO t (x) VALUES (randomblob(3000))");
  }

  private Litestream start() throws IOException {
    return Litestream.start(ReplicaStores.of(List.of(stores)), Duration.ofSeconds(5), heard);
  }

  private DatabaseOptions options() {
    return DatabaseOptions.of(
        database,
        new ReplicaOptions("first", "memory", Map.of("path", "a"), Duration.ofMillis(50)));
  }

  private static DatabaseStatus.Replica replica(Replication replication) {
    return replication.status().replicas().get(0);
  }

  @Test
  void everythingThatHappensIsTold() throws Exception {
    try (Litestream litestream = start();
        Connection c = connect()) {
      Replication replication = litestream.replicate(options());
      insert(c);
      replication.sync(PATIENCE);

      assertThat(heard.generations).containsExactly("no generation exists");
      assertThat(heard.uploads)
          .contains(ReplicationObserver.Upload.SNAPSHOT, ReplicationObserver.Upload.SEGMENT);
      Position end = replication.status().position().orElseThrow();
      assertThat(heard.uploadedWal.get()).isEqualTo(end.offset());
      Wait.until("frames told", () -> heard.copied.get() == end.offset() - 32);
      assertThat(heard.syncFailures.get()).isZero();
      assertThat(heard.closed).isEmpty();
    }
    assertThat(heard.closed).containsExactly(database);
  }

  @Test
  void everyRequestIsTold() throws Exception {
    server.failNext(StoreOperation.LIST, Kind.UNAVAILABLE, 1);
    try (Litestream litestream = start();
        Connection c = connect()) {
      Replication replication = litestream.replicate(options());
      insert(c);
      replication.sync(PATIENCE);
    }
    assertThat(heard.requests(Operation.PUT)).isEqualTo(server.requests(StoreOperation.COMMIT));
    assertThat(heard.requests(Operation.LIST)).isEqualTo(server.requests(StoreOperation.LIST));
    assertThat(heard.requests(Operation.GET)).isEqualTo(server.requests(StoreOperation.OPEN));
    assertThat(heard.requests.stream().filter(Request::failed)).hasSize(1);
    assertThat(
            heard.requests.stream()
                .filter(request -> request.operation() == Operation.PUT)
                .mapToLong(Request::bytes)
                .sum())
        .isEqualTo(server.objects().values().stream().mapToLong(bytes -> bytes.length).sum());
  }

  @Test
  void aGenerationThatGoesOnIsNotANewOne() throws Exception {
    for (int i = 0; i < 2; i++) {
      try (Litestream litestream = start();
          Connection c = connect()) {
        Replication replication = litestream.replicate(options());
        insert(c);
        replication.sync(PATIENCE);
      }
    }
    assertThat(heard.generations).containsExactly("no generation exists");
  }

  @Test
  void checkpointsAreTold() throws Exception {
    DatabaseOptions defaults = options();
    DatabaseOptions small =
        new DatabaseOptions(
            defaults.path(),
            defaults.metaPath(),
            defaults.monitorInterval(),
            defaults.checkpointInterval(),
            2,
            100_000,
            defaults.busyTimeout(),
            defaults.replicas());
    try (Litestream litestream = start();
        Connection c = connect()) {
      litestream.replicate(small);
      for (int i = 0; i < 5; i++) {
        insert(c);
      }
      Wait.until("a checkpoint", () -> !heard.checkpoints.isEmpty());
    }
    assertThat(heard.checkpoints).containsOnly(ReplicationObserver.CheckpointMode.PASSIVE);
  }

  @Test
  void aStoreThatHangsShowsAsLag() throws Exception {
    try (Litestream litestream = start();
        Connection c = connect()) {
      Replication replication = litestream.replicate(options());
      replication.sync(PATIENCE);
      assertThat(replica(replication).lag()).isZero();
      Instant inSync = replica(replication).lastSync().orElseThrow();

      StoreHold hold = server.hold(call -> call.operation() == StoreOperation.COMMIT);
      insert(c);
      Wait.until("a lag", () -> replica(replication).lag().toMillis() > 300);
      assertThat(replica(replication).lagBytes()).isPositive();
      Instant stuck = replica(replication).lastSync().orElseThrow();
      assertThat(stuck).isAfterOrEqualTo(inSync);
      assertThat(replica(replication).lag())
          .isLessThanOrEqualTo(Duration.between(inSync, Instant.now()).plusMillis(1));

      hold.release();
      Wait.until("no lag", () -> replica(replication).lag().isZero());
      Wait.until(
          "a later sync", () -> replica(replication).lastSync().orElseThrow().isAfter(stuck));
    }
  }

  @Test
  void aFirstSnapshotThatIsUnderWayIsALag() throws Exception {
    StoreHold hold =
        server.hold(
            call ->
                call.operation() == StoreOperation.COMMIT && call.key().contains("/snapshots/"));
    try (Litestream litestream = start()) {
      Replication replication = litestream.replicate(options());
      Wait.until(
          "WAL in the replica", () -> heard.uploads.contains(ReplicationObserver.Upload.SEGMENT));
      Wait.until("a lag", () -> replica(replication).lag().toMillis() > 100);
      assertThat(replica(replication).lastSync()).isEmpty();

      hold.release();
      Wait.until("no lag", () -> replica(replication).lag().isZero());
    }
  }

  @Test
  void afterAFailureItSaysWhenItTriesAgain() throws Exception {
    server.failWhen(call -> call.operation() == StoreOperation.COMMIT, Kind.DENIED);
    try (Litestream litestream = start()) {
      Replication replication = litestream.replicate(options());
      Wait.until("a failure", () -> replica(replication).retryAt().isPresent());
      assertThat(replica(replication).error().orElseThrow()).contains("AccessDenied");
      assertThat(heard.uploadFailures.get()).isPositive();

      server.heal();
      replication.sync(PATIENCE);
      Wait.until("no more waiting", () -> replica(replication).retryAt().isEmpty());
    }
  }

  @Test
  void aDatabaseThatCannotBeReadShowsAsLag() throws Exception {
    try (Litestream litestream = start()) {
      Replication replication = litestream.replicate(options());
      replication.sync(PATIENCE);

      Path shadow = DatabaseOptions.defaultMetaPath(database).resolve("generations");
      Path away = Files.move(shadow, directory.resolve("away"));
      Files.writeString(shadow, "in the way");
      try (Connection c = connect()) {
        // So much that a checkpoint is due, and with it a new shadow file.
        run(c, "INSERT INTO t (x) VALUES (zeroblob(8000000))");
        Wait.until("failing syncs", () -> heard.syncFailures.get() > 0);
        Wait.until("a lag", () -> !replica(replication).lag().isZero());
      }
      Wait.until("the error", () -> replication.status().error().isPresent());

      Files.delete(shadow);
      Files.move(away, shadow);
      Wait.until("no lag", () -> replica(replication).lag().isZero());
    }
  }

  @Test
  void aDatabaseThatIsNotThereIsWaitedForWithoutLag() throws Exception {
    Path missing = directory.resolve("missing.db");
    try (Litestream litestream = start()) {
      Replication replication =
          litestream.replicate(
              DatabaseOptions.of(
                  missing,
                  new ReplicaOptions(
                      "first", "memory", Map.of("path", "b"), Duration.ofSeconds(1))));
      assertThat(replication.status().present()).isFalse();
      assertThat(replica(replication).lag()).isZero();
      assertThat(replica(replication).lastSync()).isEmpty();
    }
  }
}
