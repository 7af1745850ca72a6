package io.litestream.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.litestream.core.DatabaseOptions;
import io.litestream.core.DatabaseStatus;
import io.litestream.core.ReplicaOptions;
import io.litestream.core.ReplicaStores;
import io.litestream.core.Replication;
import io.litestream.core.ReplicationObserver;
import io.litestream.core.RetentionOptions;
import io.litestream.core.replica.ReplicaReader;
import io.litestream.core.restore.IntegrityCheck;
import io.litestream.core.restore.RestoreProgress;
import io.litestream.core.restore.RestoreRequest;
import io.litestream.core.restore.Restorer;
import io.litestream.core.retention.RetentionRules;
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
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import org.slf4j.event.KeyValuePair;

/** Snapshots and deletes of a real database's replica, hour after hour by a clock that is moved. */
@Timeout(120)
class RetentionTest {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration OFTEN = Duration.ofMillis(40);

  @TempDir Path directory;

  private final SettableClock clock = new SettableClock(Instant.parse("2026-11-25T00:30:00Z"));
  private final InMemoryStore store = new InMemoryStore().clock(clock);
  private final NavigableMap<Instant, Long> history = new TreeMap<>();
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private final Logger logger = (Logger) LoggerFactory.getLogger("io.litestream.core.engine");

  private final Map<String, Integer> refused = new ConcurrentHashMap<>();
  private final ReplicationObserver observer =
      new ReplicationObserver() {
        @Override
        public void onDeleteFailed(Path db, ReplicaOptions replica, String code, int keys) {
          refused.merge(db + " " + replica.name() + " " + code, keys, Integer::sum);
        }
      };

  @BeforeEach
  void listen() {
    log.start();
    logger.addAppender(log);
  }

  @AfterEach
  void stopListening() {
    logger.detachAppender(log);
  }

  private final class MemoryProvider implements ReplicaStoreProvider {
    @Override
    public String type() {
      return "s3"; // for the name of the missing permission
    }

    @Override
    public Set<String> schemes() {
      return Set.of("s3");
    }

    @Override
    public Map<String, String> parseUrl(String url) {
      return Map.of();
    }

    @Override
    public ReplicaStore open(ReplicaSettings settings, RequestObserver observer) {
      return store.reopen(observer);
    }
  }

  private Engine engine() throws IOException {
    return new Engine(ReplicaStores.of(List.of(new MemoryProvider())), PATIENCE, clock, observer);
  }

  private Replication replicate(Engine engine, RetentionOptions retention) throws IOException {
    ReplicaOptions replica =
        new ReplicaOptions("a", "s3", Map.of(), Duration.ofMillis(20)).with(retention);
    return engine.replicate(
        new DatabaseOptions(
            database(),
            DatabaseOptions.defaultMetaPath(database()),
            Duration.ofMillis(50),
            Duration.ZERO,
            1000,
            10000,
            Duration.ofSeconds(1),
            List.of(replica)));
  }

  private static RetentionOptions retention(Duration window, Duration snapshots) {
    return new RetentionOptions(RetentionRules.of(window), OFTEN, Optional.of(snapshots), false);
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

  private static long rows(Path database) throws SQLException {
    try (Connection c = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement s = c.createStatement();
        ResultSet rows = s.executeQuery("SELECT count(*) FROM t")) {
      return rows.getLong(1);
    }
  }

  private static DatabaseStatus.Retention status(Replication replication) {
    return replication.status().replicas().get(0).retention();
  }

  /** Commits and uploads, and notes how many rows can be restored of this moment from then on. */
  private void write(Connection app, Replication replication) throws Exception {
    run(app, "INSERT INTO t (x) VALUES (randomblob(3000))");
    run(app, "INSERT INTO t (x) VALUES (randomblob(3000))");
    replication.sync(PATIENCE);
    history.put(clock.instant(), rows(database()));
  }

  /** Lets hours pass, with commits in each, and a pass at the end of each. */
  private void hours(int count, Connection app, Replication replication) throws Exception {
    for (int hour = 0; hour < count; hour++) {
      write(app, replication);
      clock.advance(HOUR);
      awaitPass(replication);
    }
  }

  /** Waits for a pass that begins after this call. */
  private void awaitPass(Replication replication) throws Exception {
    clock.advance(Duration.ofMillis(1));
    Instant now = clock.instant();
    Wait.until("a pass", () -> status(replication).lastPass().filter(now::equals).isPresent());
  }

  private void awaitSnapshot(Replication replication, Instant from) throws Exception {
    Wait.until(
        "a snapshot since " + from,
        () -> status(replication).lastSnapshot().filter(at -> !at.isBefore(from)).isPresent());
  }

  private List<Instant> snapshotTimes() throws IOException {
    ReplicaReader reader = new ReplicaReader("a", store);
    return reader.snapshots(reader.generations().get(0)).stream()
        .map(snapshot -> snapshot.createdAt())
        .toList();
  }

  private long restored(Optional<Instant> time) throws Exception {
    Path out = directory.resolve("restored-" + System.nanoTime() + ".db");
    RestoreRequest request =
        new RestoreRequest(
            out, Optional.empty(), OptionalInt.empty(), time, 2, IntegrityCheck.FULL);
    Restorer.restore(
        Restorer.plan(List.of(new ReplicaReader("a", store)), request),
        request,
        RestoreProgress.NONE);
    long rows = rows(out);
    Files.delete(out);
    return rows;
  }

  /** Every moment of the window gives what had been committed by then. */
  private void assertWindowRestores(Duration window) throws Exception {
    Instant begin = history.firstKey();
    Instant cutoff = clock.instant().minus(window);
    cutoff = cutoff.isBefore(begin) ? begin : cutoff;
    assertThat(restored(Optional.empty())).isEqualTo(history.lastEntry().getValue());
    for (Instant moment = cutoff; !moment.isAfter(clock.instant()); moment = moment.plus(HOUR)) {
      assertThat(restored(Optional.of(moment)))
          .as("at %s", moment)
          .isEqualTo(history.floorEntry(moment).getValue());
    }
  }

  private List<String> lines(String level) {
    return List.copyOf(log.list).stream()
        .filter(event -> event.getLevel().toString().equals(level))
        .map(RetentionTest::line)
        .toList();
  }

  private static String line(ILoggingEvent event) {
    StringBuilder line = new StringBuilder(event.getFormattedMessage());
    if (event.getKeyValuePairs() != null) {
      for (KeyValuePair fact : event.getKeyValuePairs()) {
        line.append(' ').append(fact.key).append('=').append(fact.value);
      }
    }
    return line.toString();
  }

  @Test
  void everyMomentOfTheWindowRestoresAndWhatIsOlderGoes() throws Exception {
    Duration window = Duration.ofHours(6);
    try (Connection app = connect();
        Engine engine = engine()) {
      Replication replication = replicate(engine, retention(window, Duration.ofHours(2)));
      for (int round = 0; round < 9; round++) {
        Instant before = clock.instant();
        hours(2, app, replication);
        write(app, replication);
        awaitSnapshot(replication, before.plus(HOUR));
      }
      awaitPass(replication);
      assertWindowRestores(window);
      // One at or before the cutoff, and those of the six hours since.
      assertThat(snapshotTimes()).hasSizeBetween(3, 5);
      assertThat(snapshotTimes().get(1)).isAfter(clock.instant().minus(window));
      assertThat(store.objects()).hasSizeLessThan(40);
    }
  }

  @Test
  void withoutASnapshotIntervalThereIsOneForEachWindow() throws Exception {
    Duration window = Duration.ofHours(3);
    try (Connection app = connect();
        Engine engine = engine()) {
      Replication replication =
          replicate(
              engine,
              new RetentionOptions(RetentionRules.of(window), OFTEN, Optional.empty(), false));
      for (int round = 0; round < 4; round++) {
        Instant before = clock.instant();
        hours(3, app, replication);
        write(app, replication);
        awaitSnapshot(replication, before.plus(HOUR));
      }
      awaitPass(replication);
      assertWindowRestores(window);
      assertThat(snapshotTimes()).hasSizeLessThanOrEqualTo(2);
    }
  }

  @Test
  void aLongerWindowAndMoreSnapshotsKeepMore() throws Exception {
    try (Connection app = connect();
        Engine engine = engine()) {
      Replication replication =
          replicate(
              engine,
              new RetentionOptions(
                  new RetentionRules(Optional.of(Duration.ofHours(2)), 0, 3, 0, 0),
                  OFTEN,
                  Optional.of(Duration.ofHours(12)),
                  false));
      for (int round = 0; round < 6; round++) {
        Instant before = clock.instant();
        write(app, replication);
        clock.advance(Duration.ofHours(12));
        write(app, replication);
        awaitSnapshot(replication, before.plus(HOUR));
      }
      awaitPass(replication);
      // 2026-11-28T00:30: this day's, and the last ones of the two days before.
      assertThat(snapshotTimes())
          .extracting(Instant::toString)
          .containsExactly("2026-11-26T12:30:00Z", "2026-11-27T12:30:00Z", "2026-11-28T00:30:00Z");
      for (Instant snapshot : snapshotTimes()) {
        assertThat(restored(Optional.of(snapshot))).isEqualTo(history.get(snapshot));
      }
    }
  }

  @Test
  void withoutRetentionNothingIsListedOrDeleted() throws Exception {
    try (Connection app = connect();
        Engine engine = engine()) {
      Replication replication =
          replicate(
              engine, new RetentionOptions(RetentionRules.NONE, OFTEN, Optional.of(HOUR), false));
      Instant start = clock.instant();
      write(app, replication);
      for (int hour = 0; hour < 3; hour++) {
        Instant before = clock.instant();
        clock.advance(HOUR.multipliedBy(10));
        write(app, replication);
        awaitSnapshot(replication, before.plus(HOUR));
      }
      assertThat(snapshotTimes()).hasSize(4).contains(start);
      assertThat(store.requests(StoreOperation.DELETE)).isZero();
    }
  }

  @Test
  void anIdleDatabaseGetsNoFurtherSnapshot() throws Exception {
    try (Connection app = connect();
        Engine engine = engine()) {
      Replication replication = replicate(engine, retention(Duration.ofHours(6), HOUR));
      write(app, replication);
      for (int hour = 0; hour < 10; hour++) {
        clock.advance(HOUR);
        awaitPass(replication);
      }
      assertThat(snapshotTimes()).hasSize(1);
      assertWindowRestores(Duration.ofHours(6));
    }
  }

  @Test
  void theSteadyStateMakesNoList() throws Exception {
    try (Connection app = connect();
        Engine engine = engine()) {
      Replication replication =
          replicate(
              engine,
              new RetentionOptions(
                  RetentionRules.of(Duration.ofHours(24)), OFTEN, Optional.empty(), false));
      hours(1, app, replication);
      long listed = store.requests(StoreOperation.LIST);
      hours(20, app, replication);

      assertThat(store.requests(StoreOperation.LIST)).isEqualTo(listed);
      // Where the replica ends, and whether it has snapshots; for the first pass: generations.
      assertThat(listed).isEqualTo(2 + 1);
    }
  }

  @Test
  void segmentsAreUploadedWhileASnapshotIsBeingWritten() throws Exception {
    try (Connection app = connect();
        Engine engine = engine()) {
      Replication replication = replicate(engine, retention(Duration.ofHours(6), HOUR));
      hours(1, app, replication);
      StoreHold hold =
          store.hold(
              call ->
                  call.operation() == StoreOperation.WRITE && call.key().contains("/snapshots/"));
      write(app, replication);
      assertThat(hold.awaitReached(PATIENCE)).isTrue();

      write(app, replication);
      run(app, "INSERT INTO t (x) VALUES (randomblob(3000))");
      replication.sync(PATIENCE);

      assertThat(restored(Optional.empty())).isEqualTo(rows(database()));
      assertThat(snapshotTimes()).hasSize(1);
      hold.release();
      Wait.until("the snapshot", () -> snapshotTimes().size() == 2);
      assertThat(restored(Optional.empty())).isEqualTo(rows(database()));
    }
  }

  @Test
  void aSnapshotThatFailsIsTakenAgainAndTheReplicaGoesOn() throws Exception {
    try (Connection app = connect();
        Engine engine = engine()) {
      Replication replication = replicate(engine, retention(Duration.ofHours(6), HOUR));
      hours(1, app, replication);
      var failures = new AtomicInteger();
      store.failWhen(
          call ->
              call.operation() == StoreOperation.COMMIT
                  && call.key().contains("/snapshots/")
                  && failures.incrementAndGet() > 0,
          Kind.UNAVAILABLE);
      write(app, replication);
      Wait.until("the failure", () -> status(replication).error().isPresent());

      write(app, replication);
      Wait.until("more failures", () -> failures.get() > 3);
      assertThat(status(replication).error()).isPresent();
      assertThat(restored(Optional.empty())).isEqualTo(rows(database()));
      assertThat(replication.status().replicas().get(0).error()).isEmpty();
      assertThat(lines("ERROR")).hasSize(1);
      store.heal();
      Wait.until("the snapshot", () -> snapshotTimes().size() == 2);
      Wait.until("the recovery", () -> status(replication).error().isEmpty());
    }
  }

  @Test
  void aDeniedDeleteComesUpInLogAndStatusAndCostsNoListing() throws Exception {
    store.denyDelete(key -> true);
    try (Connection app = connect();
        Engine engine = engine()) {
      Replication replication =
          replicate(engine, retention(Duration.ofHours(2), Duration.ofHours(1)));
      for (int round = 0; round < 4; round++) {
        Instant before = clock.instant();
        write(app, replication);
        clock.advance(HOUR);
        write(app, replication);
        awaitSnapshot(replication, before.plusSeconds(1));
      }
      Wait.until("the failure", () -> status(replication).failedDeletes() > 0);
      long listed = store.requests(StoreOperation.LIST);
      long deletes = store.requests(StoreOperation.DELETE);
      Wait.until("retries", () -> store.requests(StoreOperation.DELETE) >= deletes + 3);

      assertThat(store.requests(StoreOperation.LIST)).isEqualTo(listed);
      DatabaseStatus.Retention status = status(replication);
      assertThat(status.failedCodes()).isEqualTo(Map.of("AccessDenied", status.failedDeletes()));
      assertThat(status.error().orElseThrow())
          .contains("AccessDenied (" + status.failedDeletes() + ")")
          .contains("the permission that is usually missing: s3:DeleteObject");
      assertThat(lines("ERROR"))
          .singleElement()
          .asString()
          .startsWith("delete failed: these objects are still there db=" + database())
          .contains(" operation=delete failed=", " of=", " codes=AccessDenied=")
          .contains(" samples=generations/", " usually-missing=s3:DeleteObject");
      assertThat(lines("INFO")).noneMatch(line -> line.contains("deleted"));
      assertThat(refused).containsOnlyKeys(database() + " a AccessDenied");
      assertWindowRestores(Duration.ofHours(2));

      store.heal();
      Wait.until("the deletes", () -> status(replication).failedDeletes() == 0);
      Wait.until(
          "a line", () -> lines("INFO").stream().anyMatch(l -> l.startsWith("deletes work again")));
      awaitPass(replication);
      assertThat(snapshotTimes()).hasSizeLessThanOrEqualTo(4);
      assertWindowRestores(Duration.ofHours(2));
    }
  }

  @Test
  void oneLockedObjectDoesNotKeepTheOthersFromGoing() throws Exception {
    Duration window = Duration.ofHours(2);
    try (Connection app = connect();
        Engine engine = engine()) {
      Replication replication = replicate(engine, retention(window, HOUR));
      write(app, replication);
      String locked =
          store.objects().keySet().stream()
              .filter(key -> key.contains("/snapshots/"))
              .findFirst()
              .orElseThrow();
      store.denyDelete(locked::equals, "ObjectLocked");
      for (int round = 0; round < 6; round++) {
        Instant before = clock.instant();
        clock.advance(HOUR);
        write(app, replication);
        awaitSnapshot(replication, before.plusSeconds(1));
      }
      awaitPass(replication);

      assertThat(status(replication).failedCodes()).isEqualTo(Map.of("ObjectLocked", 1));
      assertThat(store.objects()).containsKey(locked);
      assertThat(snapshotTimes()).hasSizeBetween(4, 5);
      assertThat(restored(Optional.of(snapshotTimes().get(0))))
          .isEqualTo(history.firstEntry().getValue());
      assertWindowRestores(window);
    }
  }

  @Test
  void aRestartGoesOnWhereItWas() throws Exception {
    Duration window = Duration.ofHours(3);
    try (Connection app = connect()) {
      for (int start = 0; start < 4; start++) {
        try (Engine engine = engine()) {
          Replication replication = replicate(engine, retention(window, HOUR));
          Instant before = clock.instant();
          hours(2, app, replication);
          write(app, replication);
          awaitSnapshot(replication, before.plusSeconds(1));
          awaitPass(replication);
        }
        assertWindowRestores(window);
      }
      assertThat(new ReplicaReader("a", store).generations()).hasSize(1);
      assertThat(snapshotTimes().get(0)).isAfter(history.firstKey());
    }
  }

  @Test
  void anOldGenerationGoesWhenTheNewOneReachesBackFarEnough() throws Exception {
    Duration window = Duration.ofHours(3);
    try (Connection app = connect()) {
      try (Engine engine = engine()) {
        hours(2, app, replicate(engine, retention(window, HOUR)));
      }
      // Without the shadow WAL it cannot be shown that the history goes on.
      try (var files = Files.walk(DatabaseOptions.defaultMetaPath(database()))) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          Files.delete(file);
        }
      }
      ReplicaReader reader = new ReplicaReader("a", store);
      try (Engine engine = engine()) {
        Replication replication = replicate(engine, retention(window, HOUR));
        hours(2, app, replication);
        assertThat(reader.generations()).hasSize(2);
        assertWindowRestores(window);
        hours(4, app, replication);
        assertThat(reader.generations()).hasSize(1);
        assertWindowRestores(window);
      }
    }
  }

  @Test
  void passesAreACheckIntervalApart() throws Exception {
    try (Connection app = connect();
        Engine engine = engine()) {
      Replication replication =
          replicate(
              engine,
              new RetentionOptions(
                  RetentionRules.of(Duration.ofHours(2)),
                  Duration.ofSeconds(1),
                  Optional.of(HOUR),
                  true));
      write(app, replication);
      awaitPass(replication);
      long began = System.nanoTime();
      awaitPass(replication);

      assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofMillis(900));
    }
  }
}
