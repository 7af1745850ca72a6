package io.litestream.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream.core.DatabaseOptions;
import io.litestream.core.DatabaseStatus;
import io.litestream.core.LeaseOptions;
import io.litestream.core.LeaseOptions.Mode;
import io.litestream.core.Litestream;
import io.litestream.core.ReplicaOptions;
import io.litestream.core.ReplicaStores;
import io.litestream.core.Replication;
import io.litestream.core.lease.LeaseRecord;
import io.litestream.core.replica.ReplicaReader;
import io.litestream.spi.DeleteReport;
import io.litestream.spi.ExclusiveWrites;
import io.litestream.spi.ListPage;
import io.litestream.spi.ListRequest;
import io.litestream.spi.ObjectWriter;
import io.litestream.spi.ReplicaException.Kind;
import io.litestream.spi.ReplicaSettings;
import io.litestream.spi.ReplicaStore;
import io.litestream.spi.ReplicaStoreProvider;
import io.litestream.spi.RequestObserver;
import io.litestream.testkit.InMemoryStore;
import io.litestream.testkit.StoreOperation;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Several writers, one replica: who writes, and when. */
@Timeout(60)
class LeasedReplicationTest {

  private static final Duration TTL = Duration.ofSeconds(1);
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration SHORT = Duration.ofMillis(200);

  @TempDir Path directory;
  private final MemoryStores stores = new MemoryStores();

  @BeforeEach
  void makeDatabases() throws SQLException {
    insert("one");
    insert("two");
  }

  private Path database(String name) {
    return directory.resolve(name + ".db");
  }

  private void insert(String name) throws SQLException {
    try (Connection c = DriverManager.getConnection("jdbc:sqlite:" + database(name));
        Statement s = c.createStatement()) {
      s.execute("PRAGMA busy_timeout = 10000");
      s.execute("PRAGMA journal_mode = wal");
      s.execute("CREATE TABLE IF NOT EXISTS t (x)");
      s.execute("INSERT INTO t VALUES (1)");
    }
  }

  private InMemoryStore store() {
    return stores.server("a");
  }

  private ExclusiveWrites rival() {
    return store().reopen().exclusiveWrites().orElseThrow();
  }

  private DatabaseOptions options(String name, Mode mode) {
    return DatabaseOptions.of(
        database(name),
        new ReplicaOptions("a", "memory", Map.of("path", "a"), Duration.ofMillis(20))
            .with(new LeaseOptions(mode, TTL)));
  }

  private Litestream start() {
    return start(stores, PATIENCE);
  }

  private static Litestream start(ReplicaStoreProvider provider, Duration shutdown) {
    try {
      return Litestream.start(ReplicaStores.of(List.of(provider)), shutdown);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private int generations() throws IOException {
    return new ReplicaReader("a", store()).generations().size();
  }

  private long objects() {
    return store().objects().keySet().stream().filter(key -> !key.startsWith("lease/")).count();
  }

  private static DatabaseStatus.Lease lease(Replication replication) {
    return replication.status().replicas().get(0).lease().orElseThrow();
  }

  private static byte[] record(String session, boolean released) {
    return new LeaseRecord("elsewhere", session, TTL, released, "other-host:7").toBytes();
  }

  private static String key(long epoch) {
    return "lease/%016x".formatted(epoch);
  }

  /** Has another writer make the next epoch, as one does that takes the holder for dead. */
  private long takeOver(Replication holder) throws Exception {
    for (long epoch = lease(holder).epoch() + 1; ; epoch++) {
      if (rival().createIfAbsent(key(epoch), record("rival", false))) {
        return epoch;
      }
    }
  }

  @Test
  void aSecondWriterWaitsUntilTheFirstHasEnded() throws Exception {
    try (Litestream second = start()) {
      Replication two;
      try (Litestream first = start()) {
        Replication one = first.replicate(options("one", Mode.ON));
        one.sync(PATIENCE);
        assertThat(lease(one).held()).isTrue();

        two = second.replicate(options("two", Mode.REQUIRED));
        Wait.until("the second sees the first", () -> lease(two(second)).holder().isPresent());
        assertThatThrownBy(() -> two(second).sync(SHORT))
            .hasMessageContaining("replica 'a' of " + database("two"))
            .hasMessageContaining("the lease is held by another writer");
        assertThat(two.status().replicas().get(0).error().orElseThrow())
            .contains(":" + ProcessHandle.current().pid());
        assertThat(generations()).isEqualTo(1);
        insert("one");
        one.sync(PATIENCE);
      }
      long ended = System.nanoTime();
      two.sync(PATIENCE);
      assertThat(Duration.ofNanos(System.nanoTime() - ended)).isLessThan(PATIENCE);
      assertThat(lease(two).held()).isTrue();
      assertThat(generations()).isEqualTo(2);
    }
  }

  private static Replication two(Litestream litestream) {
    return litestream.replications().get(0);
  }

  @Test
  void theLeaseOfADeadWriterRunsOut() throws Exception {
    rival().createIfAbsent(key(41), record("dead", false));
    try (Litestream litestream = start()) {
      long began = System.nanoTime();
      Replication one = litestream.replicate(options("one", Mode.ON));
      Wait.until("it sees the other", () -> lease(one).epoch() == 41);
      assertThat(lease(one).holder()).contains("other-host:7");
      one.sync(PATIENCE);

      assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(TTL);
      assertThat(lease(one).epoch()).isGreaterThanOrEqualTo(42);
    }
    assertThat(LeaseRecord.parse(last()).orElseThrow().released()).isTrue();
  }

  private byte[] last() {
    return store().objects().subMap("lease/", true, "lease0", false).lastEntry().getValue();
  }

  @Test
  void aWriterThatWasTakenForDeadWritesNoMoreUntilItHoldsTheLeaseAgain() throws Exception {
    try (Litestream litestream = start()) {
      Replication one = litestream.replicate(options("one", Mode.ON));
      one.sync(PATIENCE);
      long epoch = takeOver(one);
      Wait.until("it notices", () -> !lease(one).held());
      long before = objects();
      insert("one");
      assertThatThrownBy(() -> one.sync(SHORT)).hasMessageContaining("other-host:7");
      assertThat(objects()).isEqualTo(before);
      assertThat(one.status().replicas().get(0).lagBytes()).isPositive();

      // The other one renews nothing, so it is dead now.
      one.sync(PATIENCE);
      assertThat(lease(one).epoch()).isGreaterThan(epoch);
      assertThat(objects()).isGreaterThan(before);
      assertThat(generations()).isEqualTo(1);
    }
  }

  @Test
  void aLeaseThatCannotBeRenewedRunsOut() throws Exception {
    try (Litestream litestream = start()) {
      Replication one = litestream.replicate(options("one", Mode.ON));
      one.sync(PATIENCE);
      store().failWhen(call -> call.key().startsWith("lease/"), Kind.UNAVAILABLE);
      Wait.until("it runs out", () -> !lease(one).held());
      long before = objects();
      insert("one");
      assertThatThrownBy(() -> one.sync(SHORT)).isInstanceOf(IOException.class);
      assertThat(objects()).isEqualTo(before);

      store().heal();
      one.sync(PATIENCE);
      assertThat(objects()).isGreaterThan(before);
    }
  }

  @Test
  void aRenewalWhoseAnswerWasLostIsItsOwn() throws Exception {
    try (Litestream litestream = start()) {
      Replication one = litestream.replicate(options("one", Mode.ON));
      one.sync(PATIENCE);
      long epoch = lease(one).epoch();
      store().loseAnswers(StoreOperation.COMMIT, 1);
      Wait.until("it goes on", () -> lease(one).epoch() > epoch + 1);
      insert("one");
      one.sync(PATIENCE);
      assertThat(lease(one).held()).isTrue();
    }
  }

  @Test
  void oldEpochsAreRemoved() throws Exception {
    store().clock(() -> Instant.now().minusSeconds(3600));
    rival().createIfAbsent(key(1), record("old", false));
    rival().createIfAbsent(key(2), record("old", true));
    store().clock(InstantSource.system());
    try (Litestream litestream = start()) {
      Replication one = litestream.replicate(options("one", Mode.ON));
      one.sync(PATIENCE);
      Wait.until("they are gone", () -> store().bytes(key(1)).isEmpty());
      assertThat(store().bytes(key(2))).isEmpty();
      assertThat(store().bytes(key(3))).isPresent();
    }
  }

  /** A store that cannot decide between writers, or only says that it can. */
  private static final class WithoutExclusion implements ReplicaStoreProvider {

    private final InMemoryStore server;
    private final Optional<ExclusiveWrites> pretended;

    WithoutExclusion(InMemoryStore server, Optional<ExclusiveWrites> pretended) {
      this.server = server;
      this.pretended = pretended;
    }

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
      return Map.of();
    }

    @Override
    public ReplicaStore open(ReplicaSettings settings, RequestObserver observer) {
      settings.text("path");
      return new ReplicaStore() {
        @Override
        public ListPage list(ListRequest request) throws IOException {
          return server.list(request);
        }

        @Override
        public InputStream open(String key) throws IOException {
          return server.open(key);
        }

        @Override
        public ObjectWriter create(String key) throws IOException {
          return server.create(key);
        }

        @Override
        public DeleteReport delete(Collection<String> keys) throws IOException {
          return server.delete(keys);
        }

        @Override
        public Optional<ExclusiveWrites> exclusiveWrites() {
          return pretended;
        }

        @Override
        public void close() {}
      };
    }
  }

  @Test
  void aStoreThatCannotKeepALeaseIsRefusedIfOneIsRequired() throws Exception {
    try (Litestream litestream = start(new WithoutExclusion(store(), Optional.empty()), PATIENCE)) {
      assertThatThrownBy(() -> litestream.replicate(options("one", Mode.REQUIRED)))
          .hasMessageContaining("replica 'a' requires a lease")
          .hasMessageContaining("type 'memory'");
      Replication one = litestream.replicate(options("one", Mode.ON));
      one.sync(PATIENCE);
      assertThat(one.status().replicas().get(0).lease()).isEmpty();
    }
  }

  @Test
  void aStoreThatWritesOverAllTheSameIsFoundOut() throws Exception {
    ExclusiveWrites pretended =
        (key, content) -> {
          store().put(key, content);
          return true;
        };
    try (Litestream litestream =
        start(new WithoutExclusion(store(), Optional.of(pretended)), SHORT)) {
      Replication one = litestream.replicate(options("one", Mode.ON));
      assertThatThrownBy(() -> one.sync(Duration.ofSeconds(1)))
          .hasMessageContaining("the store writes over objects although it is told not to");
      assertThat(objects()).isZero();
    } catch (IOException e) {
      // What it could not upload is told when it is closed.
      assertThat(e).hasMessageContaining("does not hold everything");
    }
  }
}
