package io.litestream.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream.core.DatabaseOptions;
import io.litestream.core.Litestream;
import io.litestream.core.ReplicaOptions;
import io.litestream.core.ReplicaStores;
import io.litestream.core.Replication;
import io.litestream.core.replica.ReplicaReader;
import io.litestream.core.restore.RestorePlan;
import io.litestream.core.restore.RestoreProgress;
import io.litestream.core.restore.RestoreRequest;
import io.litestream.core.restore.Restorer;
import io.litestream.spi.ReplicaException.Kind;
import io.litestream.spi.ReplicaSettings;
import io.litestream.spi.ReplicaStore;
import io.litestream.spi.ReplicaStoreProvider;
import io.litestream.spi.RequestObserver;
import io.litestream.testkit.InMemoryStore;
import io.litestream.testkit.StoreHold;
import io.litestream.testkit.StoreOperation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ReplicationTest {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir Path directory;
  private final Map<String, InMemoryStore> servers = new ConcurrentHashMap<>();

  /** Stores of type {@code memory}, told apart by the setting {@code path}. */
  private final class MemoryProvider implements ReplicaStoreProvider {
    @Override
    public String type() {
      return "memory";
    }

    @Override
    public Set<String> schemes() {
      return Set.of("memory");
    }

    @Override
    public Map<String, String> parseUrl(String url) {
      return Map.of("path", url.substring(url.indexOf("://") + 3));
    }

    @Override
    public ReplicaStore open(ReplicaSettings settings, RequestObserver observer)
        throws IOException {
      return server(settings.required("path")).reopen(observer);
    }
  }

  private InMemoryStore server(String name) {
    return servers.computeIfAbsent(name, each -> new InMemoryStore());
  }

  private Litestream start(Duration shutdown) throws IOException {
    return Litestream.start(ReplicaStores.of(List.of(new MemoryProvider())), shutdown);
  }

  private static ReplicaOptions replica(String name) {
    return new ReplicaOptions(name, "memory", Map.of("path", name), Duration.ofMillis(50));
  }

  private Path database() {
    return directory.resolve("app.db");
  }

  private Connection connect() throws SQLException {
    Connection c = DriverManager.getConnection("jdbc:sqlite:" + database());
    run(c, "PRAGMA journal_mode=wal");
    run(c, "CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, x BLOB)");
    return c;
  }

  private static void run(Connection c, String sql) throws SQLException {
    try (Statement s = c.createStatement()) {
      s.execute(sql);
    }
  }

  private static void insert(Connection c, int rows) throws SQLException {
    for (int i = 0; i < rows; i++) {
      run(c, "INSERT INTO t (x) VALUES (randomblob(3000))");
    }
  }

  private static long count(Path database) throws SQLException {
    try (Connection c = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement s = c.createStatement();
        ResultSet rows = s.executeQuery("SELECT count(*) FROM t")) {
      return rows.getLong(1);
    }
  }

  private long restoredRows(String name) throws Exception {
    Path out = directory.resolve("restored-" + System.nanoTime() + ".db");
    RestoreRequest request = RestoreRequest.of(out);
    RestorePlan plan = Restorer.plan(List.of(new ReplicaReader(name, server(name))), request);
    Restorer.restore(plan, request, RestoreProgress.NONE);
    return count(out);
  }

  @Test
  void whatWasCommittedBeforeASyncCanBeRestoredFromEveryReplica() throws Exception {
    try (Connection app = connect();
        Litestream litestream = start(PATIENCE)) {
      Replication replication =
          litestream.replicate(DatabaseOptions.of(database(), replica("a"), replica("b")));
      insert(app, 300);
      replication.sync(PATIENCE);
      assertThat(restoredRows("a")).isEqualTo(300);
      assertThat(restoredRows("b")).isEqualTo(300);
      assertThat(replication.status().replicas())
          .allSatisfy(replica -> assertThat(replica.lagBytes()).isZero());
    }
  }

  @Test
  void whatWasCommittedBeforeACopyHasBeenCopiedThoughNoReplicaHasIt() throws Exception {
    try (Connection app = connect();
        Litestream litestream = start(PATIENCE)) {
      Replication replication = litestream.replicate(DatabaseOptions.of(database(), replica("a")));
      replication.sync(PATIENCE);
      StoreHold hold = server("a").hold(call -> call.operation() == StoreOperation.COMMIT);
      for (int i = 0; i < 20; i++) {
        insert(app, 1);
        replication.copy(PATIENCE);
        assertThat(isCopied(replication, directory.resolve("app.db-wal"))).isTrue();
      }
      assertThat(replication.status().replicas().get(0).lagBytes()).isPositive();
      hold.release();
      replication.sync(PATIENCE);
      assertThat(restoredRows("a")).isEqualTo(20);
    }
  }

  @Test
  void aFailedUploadIsRepeatedByItselfAlthoughTheDatabaseDoesNotChange() throws Exception {
    InMemoryStore store = server("a");
    store.failNext(StoreOperation.COMMIT, Kind.UNAVAILABLE, 1);
    try (Connection app = connect();
        Litestream litestream = start(PATIENCE)) {
      insert(app, 10);
      Replication replication = litestream.replicate(DatabaseOptions.of(database(), replica("a")));
      awaitNoLag(replication);
      assertThat(restoredRows("a")).isEqualTo(10);
    }
  }

  @Test
  void theLastCommitBeforeAQuietSpellIsUploadedWhenItsIntervalHasPassed() throws Exception {
    ReplicaOptions slow =
        new ReplicaOptions("a", "memory", Map.of("path", "a"), Duration.ofMillis(700));
    try (Connection app = connect();
        Litestream litestream = start(PATIENCE)) {
      Replication replication = litestream.replicate(DatabaseOptions.of(database(), slow));
      Path wal = directory.resolve("app.db-wal");
      for (int i = 1; i <= 5; i++) {
        insert(app, 1);
        // Copied each by itself, so that the uploads' budget is used up before the last one.
        Wait.until("a copy", () -> isCopied(replication, wal));
      }
      awaitNoLag(replication);
      assertThat(restoredRows("a")).isEqualTo(5);
    }
  }

  private static boolean isCopied(Replication replication, Path wal) {
    return replication
        .status()
        .position()
        .filter(p -> p.offset() == wal.toFile().length())
        .isPresent();
  }

  /** Waits, without hurrying anybody, until all that is in the WAL is in all replicas. */
  private void awaitNoLag(Replication replication) throws Exception {
    Path wal = directory.resolve("app.db-wal");
    Wait.until(
        "no lag",
        () ->
            isCopied(replication, wal)
                && replication.status().replicas().stream()
                    .allMatch(
                        r ->
                            r.lastSync().isPresent()
                                && r.position().equals(replication.status().position())));
  }

  @Test
  void aReplicaThatFailsDoesNotHoldUpTheOther() throws Exception {
    server("bad").failNext(StoreOperation.COMMIT, Kind.UNAVAILABLE, 1_000_000);
    try (Connection app = connect()) {
      Litestream litestream = start(Duration.ofSeconds(2));
      Replication replication =
          litestream.replicate(DatabaseOptions.of(database(), replica("bad"), replica("good")));
      insert(app, 10);
      assertThatThrownBy(() -> replication.sync(Duration.ofSeconds(2)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("replica 'bad'");
      assertThat(restoredRows("good")).isEqualTo(10);
      assertThatThrownBy(litestream::close).hasMessageContaining("replica 'bad'");
    }
  }

  @Test
  void aRestartGoesOnInTheSameGenerationWithoutASecondSnapshot() throws Exception {
    try (Connection app = connect()) {
      for (int start = 1; start <= 3; start++) {
        try (Litestream litestream = start(PATIENCE)) {
          litestream.replicate(DatabaseOptions.of(database(), replica("a")));
          insert(app, 20);
        }
        assertThat(restoredRows("a")).isEqualTo(20L * start);
      }
    }
    assertThat(new ReplicaReader("a", server("a")).generations()).hasSize(1);
    assertThat(server("a").objects().keySet().stream().filter(k -> k.contains("/snapshots/")))
        .hasSize(1);
  }

  @Test
  void nothingIsHeldAfterARestartBeforeASnapshotWasSeen() throws Exception {
    try (Connection app = connect()) {
      try (Litestream litestream = start(PATIENCE)) {
        litestream.replicate(DatabaseOptions.of(database(), replica("a")));
        insert(app, 20);
      }
      InMemoryStore store = server("a");
      List<String> snapshots =
          store.objects().keySet().stream().filter(k -> k.contains("/snapshots/")).toList();
      snapshots.forEach(store::remove);
      insert(app, 1);
      StoreHold hold =
          store.hold(
              call ->
                  call.operation() == StoreOperation.LIST && call.key().endsWith("/snapshots/"));
      try (Litestream litestream = start(PATIENCE)) {
        Replication replication =
            litestream.replicate(DatabaseOptions.of(database(), replica("a")));
        assertThat(hold.awaitReached(PATIENCE)).isTrue();
        // All of the WAL is there by now, and nothing could be restored.
        assertThatThrownBy(() -> replication.sync(Duration.ofMillis(200)))
            .hasMessageContaining("replica 'a'");
        hold.release();
        replication.sync(PATIENCE);
        assertThat(restoredRows("a")).isEqualTo(21);
      }
    }
  }

  @Test
  void aReplicaThatHasMoreThanTheDatabaseGetsANewGeneration() throws Exception {
    try (Connection app = connect()) {
      Path before = directory.resolve("before");
      try (Litestream litestream = start(PATIENCE)) {
        Replication replication =
            litestream.replicate(DatabaseOptions.of(database(), replica("a")));
        insert(app, 10);
        replication.sync(PATIENCE);
        Files.createDirectory(before);
        for (String suffix : List.of("", "-wal")) {
          Files.copy(directory.resolve("app.db" + suffix), before.resolve("app.db" + suffix));
        }
        insert(app, 10);
      }
    }
    // The machine comes back with what it had some time ago, and no shadow WAL beyond that.
    Path meta = DatabaseOptions.defaultMetaPath(database());
    cutShadowToWal(meta, before().resolve("app.db-wal"));
    for (String suffix : List.of("", "-wal")) {
      Files.copy(
          before().resolve("app.db" + suffix),
          directory.resolve("app.db" + suffix),
          StandardCopyOption.REPLACE_EXISTING);
    }
    Files.deleteIfExists(directory.resolve("app.db-shm"));
    try (Litestream litestream = start(PATIENCE)) {
      litestream.replicate(DatabaseOptions.of(database(), replica("a"))).sync(PATIENCE);
    }
    assertThat(new ReplicaReader("a", server("a")).generations()).hasSize(2);
    assertThat(restoredRows("a")).isEqualTo(10);
  }

  private Path before() {
    return directory.resolve("before");
  }

  private static void cutShadowToWal(Path meta, Path wal) throws IOException {
    try (var files = Files.walk(meta)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".wal")).toList()) {
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, (int) Math.min(bytes.length, Files.size(wal))));
      }
    }
  }

  @Test
  void aDatabaseThatDoesNotExistYetIsWaitedFor() throws Exception {
    try (Litestream litestream = start(PATIENCE)) {
      Replication replication = litestream.replicate(DatabaseOptions.of(database(), replica("a")));
      try (Connection app = connect()) {
        insert(app, 5);
        awaitObjects("a");
        replication.sync(PATIENCE);
      }
      assertThat(restoredRows("a")).isEqualTo(5);
    }
  }

  private void awaitObjects(String name) throws Exception {
    Wait.until("an upload", () -> !server(name).objects().isEmpty());
  }

  @Test
  void aSecondReplicationOfTheSameDatabaseIsRefused() throws Exception {
    try (Connection app = connect();
        Litestream litestream = start(PATIENCE)) {
      insert(app, 1);
      litestream.replicate(DatabaseOptions.of(database(), replica("a")));
      assertThatThrownBy(() -> litestream.replicate(DatabaseOptions.of(database(), replica("b"))))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("already");
    }
  }
}
