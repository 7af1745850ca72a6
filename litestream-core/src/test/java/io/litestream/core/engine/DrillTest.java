package io.litestream.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.litestream.core.DatabaseOptions;
import io.litestream.core.DatabaseStatus;
import io.litestream.core.DrillOptions;
import io.litestream.core.ReplicaOptions;
import io.litestream.core.ReplicaStores;
import io.litestream.core.Replication;
import io.litestream.core.ReplicationObserver;
import io.litestream.core.age.AgeKeys;
import io.litestream.core.codec.Lz4InputStream;
import io.litestream.core.drill.DrillRecord;
import io.litestream.core.drill.ScratchDirectory;
import io.litestream.core.replica.FixedStore;
import io.litestream.core.shadow.MetaDirectory;
import io.litestream.testkit.InMemoryStore;
import io.litestream.testkit.StoreHold;
import io.litestream.testkit.StoreOperation;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import org.slf4j.event.KeyValuePair;

/** Restore drills of a real database's replica while the database lives on. */
@Timeout(120)
class DrillTest {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration OFTEN = Duration.ofMillis(100);
  private static final int PAGE_SIZE = 4096;

  /** Keys of nobody, made by {@code age-keygen} for tests. */
  private static final String RECIPIENT =
      "age158yreukg5utsstdjl5vtjwqumt7x9a8cvfrufd48hae2pevdvpksrhcfhf";

  private static final String IDENTITY =
      "AGE-SECRET-KEY-1XJMU5PF3NC7UE7P6GDWQDGG60LJR68R3FZT592EFZV7S0ZGLFETQLPF0UU";

  @TempDir Path directory;

  private final MemoryStores stores = new MemoryStores();
  private final InMemoryStore store = stores.server("a");
  private final AtomicInteger passed = new AtomicInteger();
  private final AtomicInteger failed = new AtomicInteger();
  private final ReplicationObserver observer =
      new ReplicationObserver() {
        @Override
        public void onDrill(Path db, ReplicaOptions replica, Duration elapsed, boolean failure) {
          (failure ? failed : passed).incrementAndGet();
        }
      };
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private final Logger logger = (Logger) LoggerFactory.getLogger("io.litestream.core.engine");
  private Path scratch;

  @BeforeEach
  void setUp() throws Exception {
    log.start();
    logger.addAppender(log);
    scratch = Files.createDirectory(directory.resolve("scratch"));
  }

  @AfterEach
  void stopListening() {
    logger.detachAppender(log);
  }

  private Engine engine() throws IOException {
    return engine(Clock.systemUTC());
  }

  private Engine engine(Clock clock) throws IOException {
    return new Engine(ReplicaStores.of(List.of(stores)), PATIENCE, clock, observer);
  }

  private Replication replicate(Engine engine) throws IOException {
    return replicate(engine, Optional.of(OFTEN));
  }

  private ReplicaOptions replica(Optional<Duration> interval) {
    return new ReplicaOptions("a", "memory", Map.of("path", "a"), Duration.ofMillis(20))
        .with(new DrillOptions(interval, Optional.of(scratch)));
  }

  private Replication replicate(Engine engine, Optional<Duration> interval) throws IOException {
    return replicate(engine, replica(interval));
  }

  private Replication replicate(Engine engine, ReplicaOptions replica) throws IOException {
    return engine.replicate(
        new DatabaseOptions(
            database(),
            DatabaseOptions.defaultMetaPath(database()),
            Duration.ofMillis(50),
            Duration.ZERO,
            20,
            40,
            Duration.ofSeconds(5),
            List.of(replica)));
  }

  private Path database() {
    return directory.resolve("app.db");
  }

  private Connection connect() throws SQLException {
    Connection c = DriverManager.getConnection("jdbc:sqlite:" + database());
    run(c, "PRAGMA busy_timeout=10000");
    run(c, "PRAGMA page_size=" + PAGE_SIZE);
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
      run(c, "INSERT INTO t (x) VALUES (randomblob(9000))");
    }
  }

  private static DatabaseStatus.Drill drill(Replication replication) {
    return replication.status().replicas().get(0).drill();
  }

  /** Waits for drills that end after this call, the second of which has also begun after it. */
  private void awaitDrills(int count) throws Exception {
    int before = passed.get() + failed.get();
    Wait.until("drills", () -> passed.get() + failed.get() >= before + count);
  }

  private void awaitFailure() throws Exception {
    int before = failed.get();
    Wait.until("a drill that fails", () -> failed.get() > before);
  }

  private List<Path> left() throws IOException {
    try (Stream<Path> files = Files.list(scratch)) {
      return files.toList();
    }
  }

  private String snapshotKey() {
    return store.objects().keySet().stream()
        .filter(key -> key.endsWith(".snapshot.lz4"))
        .findFirst()
        .orElseThrow();
  }

  private byte[] snapshot() throws IOException {
    try (Lz4InputStream in =
        new Lz4InputStream(new ByteArrayInputStream(store.bytes(snapshotKey()).orElseThrow()))) {
      return in.readAllBytes();
    }
  }

  private Optional<ILoggingEvent> logged(Level level, String message) {
    return List.copyOf(log.list).stream()
        .filter(event -> event.getLevel() == level && event.getMessage().equals(message))
        .findFirst();
  }

  private static String fact(ILoggingEvent event, String key) {
    for (KeyValuePair pair : event.getKeyValuePairs()) {
      if (pair.key.equals(key)) {
        return String.valueOf(pair.value);
      }
    }
    throw new AssertionError(key + " is not in " + event);
  }

  @Test
  void passesAgainAndAgainWhileTheApplicationWritesAndIndexesChange() throws Exception {
    AtomicBoolean writing = new AtomicBoolean(true);
    AtomicInteger writes = new AtomicInteger();
    Thread application =
        new Thread(
            () -> {
              try (Connection app = connect()) {
                while (writing.get()) {
                  insert(app, 3);
                  writes.addAndGet(3);
                  if (writes.get() % 60 == 0) {
                    run(app, "DELETE FROM t");
                    run(app, "VACUUM");
                  }
                }
              } catch (SQLException e) {
                throw new AssertionError(e);
              }
            });
    AtomicInteger broken = new AtomicInteger();
    application.setUncaughtExceptionHandler((thread, e) -> broken.incrementAndGet());
    try (Connection app = connect();
        Engine engine = engine()) {
      insert(app, 1);
      Replication replication = replicate(engine);
      application.start();
      awaitDrills(8);
      int index = replication.status().position().orElseThrow().index();
      writing.set(false);
      application.join();

      assertThat(broken).as("writes that failed").hasValue(0);
      assertThat(failed).as("%s", drill(replication).error()).hasValue(0);
      assertThat(index).as("checkpoints went on").isGreaterThan(3);
      assertThat(drill(replication).error()).isEmpty();
      assertThat(drill(replication).last().orElseThrow()).isBeforeOrEqualTo(Instant.now());
    } finally {
      writing.set(false);
      application.join();
    }
    assertThat(fact(logged(Level.INFO, "restore drill passed").orElseThrow(), "pages"))
        .isNotEqualTo("0");
    assertThat(left()).isEmpty();
  }

  @Test
  void aPageThatDiffersFailsAndSaysWhereUntilOnePasses() throws Exception {
    try (Connection app = connect()) {
      insert(app, 20);
      run(app, "PRAGMA wal_checkpoint(TRUNCATE)");
      try (Engine engine = engine()) {
        Replication replication = replicate(engine);
        replication.sync(PATIENCE);
        awaitDrills(1);
        assertThat(failed).hasValue(0);

        // The last page is an overflow page: SQLite finds nothing wrong with other content there.
        byte[] sound = store.bytes(snapshotKey()).orElseThrow();
        byte[] pages = snapshot();
        pages[pages.length - 5] ^= 1;
        store.put(snapshotKey(), FixedStore.compress(pages));
        awaitFailure();

        String error = drill(replication).error().orElseThrow();
        assertThat(error)
            .contains("restores another database than the one it is of")
            .contains("1 of ")
            .endsWith("the first is page " + pages.length / PAGE_SIZE);
        ILoggingEvent line = logged(Level.ERROR, "restore drill failed").orElseThrow();
        assertThat(fact(line, "error")).isEqualTo(error);
        assertThat(fact(line, "replica")).isEqualTo("a");

        store.put(snapshotKey(), sound);
        Wait.until("a drill that passes", () -> drill(replication).error().isEmpty());
      }
    }
    assertThat(left()).isEmpty();
  }

  @Test
  void aDamagedObjectAndAMissingOneFail() throws Exception {
    try (Connection app = connect();
        Engine engine = engine()) {
      insert(app, 5);
      Replication replication = replicate(engine);
      replication.sync(PATIENCE);
      insert(app, 1);
      replication.sync(PATIENCE);
      // Of the snapshot's index: what is before it is not restored.
      String key =
          snapshotKey()
              .replace("/snapshots/", "/wal/")
              .replace(".snapshot.lz4", "_00000000.wal.lz4");
      byte[] sound = store.bytes(key).orElseThrow();
      byte[] flipped = sound.clone();
      flipped[flipped.length / 2] ^= 4;

      store.put(key, flipped);
      awaitFailure();
      assertThat(drill(replication).error().orElseThrow()).contains(key);

      store.remove(key);
      awaitFailure();
      Wait.until(
          "the missing one is named",
          () -> drill(replication).error().filter(e -> e.contains("missing")).isPresent());

      store.put(key, sound);
      Wait.until("a drill that passes", () -> drill(replication).error().isEmpty());
    }
  }

  @Test
  void anEncryptedReplicaIsRestoredWithItsIdentityAndFailsWithoutOne() throws Exception {
    AgeKeys keys = new AgeKeys(List.of(RECIPIENT), List.of(IDENTITY));
    try (Connection app = connect();
        Engine engine = engine()) {
      insert(app, 3);
      replicate(engine, replica(Optional.of(OFTEN)).with(keys)).sync(PATIENCE);
      awaitDrills(2);
      assertThat(failed).hasValue(0);
    }
    try (Connection app = connect();
        Engine engine = engine()) {
      insert(app, 1);
      AgeKeys recipients = new AgeKeys(List.of(RECIPIENT), List.of());
      Replication replication = replicate(engine, replica(Optional.of(OFTEN)).with(recipients));
      awaitFailure();
      assertThat(drill(replication).error().orElseThrow()).contains("identit");
    }
    assertThat(left()).isEmpty();
  }

  @Test
  void aStoreThatCannotBeReadFails() throws Exception {
    try (Connection app = connect();
        Engine engine = engine()) {
      insert(app, 1);
      Replication replication = replicate(engine);
      replication.sync(PATIENCE);
      store.failWhen(
          call -> call.operation() == StoreOperation.OPEN,
          io.litestream.spi.ReplicaException.Kind.DENIED);
      awaitFailure();
      assertThat(drill(replication).error()).isPresent();
      store.heal();
    }
    assertThat(left()).isEmpty();
  }

  @Test
  void withoutRoomADrillFailsAndReplicationGoesOn() throws Exception {
    try (Connection app = connect();
        Engine engine = engine()) {
      insert(app, 1);
      Files.delete(scratch);
      Replication replication = replicate(engine);
      awaitFailure();
      assertThat(drill(replication).error().orElseThrow())
          .contains("no room for a restore drill: there is no directory " + scratch);
      insert(app, 1);
      replication.sync(PATIENCE);
      Files.createDirectory(scratch);
      Wait.until("a drill that passes", () -> drill(replication).error().isEmpty());
    }
  }

  @Test
  void stoppingInTheMiddleLeavesNothingAndIsNoFailure() throws Exception {
    try (Connection app = connect()) {
      insert(app, 3);
      Engine engine = engine();
      Replication replication = replicate(engine, Optional.empty());
      replication.sync(PATIENCE);
      engine.close();

      StoreHold hold =
          store.hold(
              call ->
                  call.operation() == StoreOperation.OPEN && call.key().endsWith(".snapshot.lz4"));
      engine = engine();
      replicate(engine);
      assertThat(hold.awaitReached(PATIENCE)).isTrue();
      assertThat(left()).hasSize(1);
      long began = System.nanoTime();
      engine.close();

      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(10));
      assertThat(left()).isEmpty();
      assertThat(failed).hasValue(0);
      assertThat(passed).hasValue(0);
    }
  }

  @Test
  void whatAKilledProcessHasLeftIsRemovedAtTheStart() throws Exception {
    ScratchDirectory killed = ScratchDirectory.of(scratch, database(), "a");
    killed.create(1);
    Files.writeString(killed.file("restored.db"), "half");
    try (Connection app = connect();
        Engine engine = engine()) {
      insert(app, 1);
      replicate(engine, Optional.empty());
      assertThat(left()).isEmpty();
    }
  }

  @Test
  void aNewGenerationInTheMiddleIsNoFailure() throws Exception {
    Path other = directory.resolve("other.db");
    try (Engine engine = engine()) {
      Replication replication;
      try (Connection app = connect()) {
        insert(app, 3);
        replication = replicate(engine);
        replication.sync(PATIENCE);
      }
      StoreHold hold = store.hold(call -> call.operation() == StoreOperation.OPEN);
      assertThat(hold.awaitReached(PATIENCE)).isTrue();
      try (Connection c = DriverManager.getConnection("jdbc:sqlite:" + other)) {
        run(c, "CREATE TABLE t (id INTEGER PRIMARY KEY, x BLOB)");
        insert(c, 7);
      }
      var before = replication.status().position().orElseThrow().generation();
      Files.deleteIfExists(directory.resolve("app.db-wal"));
      Files.deleteIfExists(directory.resolve("app.db-shm"));
      Files.move(other, database(), StandardCopyOption.REPLACE_EXISTING);
      Wait.until(
          "another generation",
          () ->
              replication
                  .status()
                  .position()
                  .filter(p -> !p.generation().equals(before))
                  .isPresent());
      int done = passed.get();
      hold.release();
      replication.sync(PATIENCE);

      Wait.until("drills of the new one", () -> passed.get() > done + 2);
      assertThat(failed).as("%s", drill(replication).error()).hasValue(0);
    }
  }

  @Test
  void withoutAnIntervalThereAreNone() throws Exception {
    try (Connection app = connect();
        Engine engine = engine()) {
      insert(app, 1);
      Replication replication = replicate(engine, Optional.empty());
      replication.sync(PATIENCE);
      assertThat(drill(replication)).isEqualTo(DatabaseStatus.Drill.NONE);
    }
  }

  private Path metaPath() {
    return DatabaseOptions.defaultMetaPath(database());
  }

  /** What a process that has ended, whose drills came often, has kept of the last one. */
  private DrillRecord kept() throws IOException {
    return DrillRecord.read(metaPath(), replica(Optional.of(OFTEN))).orElseThrow();
  }

  private void drillOnce(Connection app) throws Exception {
    insert(app, 1);
    try (Engine engine = engine()) {
      replicate(engine).sync(PATIENCE);
      awaitDrills(1);
    }
  }

  @Test
  void theIntervalGoesOnOverARestart() throws Exception {
    Optional<Duration> day = Optional.of(Duration.ofDays(1));
    try (Connection app = connect()) {
      drillOnce(app);
      DrillRecord last = kept();
      int drills = passed.get();
      Instant due = last.ended().plus(Duration.ofDays(1));

      try (Engine engine = engine()) {
        DatabaseStatus.Drill drill = drill(replicate(engine, day));
        assertThat(drill.last()).contains(last.ended());
        assertThat(drill.elapsed()).isEqualTo(last.elapsed()).isPositive();
        assertThat(drill.error()).isEmpty();
        assertThat(drill.next().orElseThrow()).isBetween(due, due.plusSeconds(1));
      }
      Clock later = Clock.offset(Clock.systemUTC(), Duration.ofHours(25));
      try (Engine engine = engine(later)) {
        DatabaseStatus.Drill drill = drill(replicate(engine, day));
        assertThat(drill.last()).contains(last.ended());
        assertThat(Duration.between(later.instant(), drill.next().orElseThrow()))
            .as("overdue")
            .isLessThanOrEqualTo(Duration.ofMinutes(1));
      }
      assertThat(passed).as("drills").hasValue(drills);
      assertThat(kept()).isEqualTo(last);
    }
  }

  @Test
  void aFailureIsKnownAfterARestartAndTriedAgainSoon() throws Exception {
    try (Connection app = connect()) {
      insert(app, 1);
      try (Engine engine = engine()) {
        replicate(engine).sync(PATIENCE);
        store.failWhen(
            call -> call.operation() == StoreOperation.OPEN,
            io.litestream.spi.ReplicaException.Kind.DENIED);
        awaitFailure();
      }
      store.heal();
      DrillRecord last = kept();

      try (Engine engine = engine()) {
        DatabaseStatus.Drill drill = drill(replicate(engine, Optional.of(Duration.ofDays(1))));
        assertThat(drill.error()).isPresent().isEqualTo(last.error());
        assertThat(Duration.between(Instant.now(), drill.next().orElseThrow()))
            .isLessThanOrEqualTo(Duration.ofMinutes(1));
      }
      try (Engine engine = engine()) {
        Replication replication = replicate(engine);
        Wait.until("a drill that passes", () -> drill(replication).error().isEmpty());
      }
      assertThat(kept().error()).isEmpty();
    }
  }

  @Test
  void aDamagedRecordCountsAsNone() throws Exception {
    try (Connection app = connect()) {
      drillOnce(app);
      Path record = MetaDirectory.drillRecord(metaPath(), "a");
      byte[] bytes = Files.readAllBytes(record);
      bytes[bytes.length / 2] ^= 1;
      Files.write(record, bytes);

      try (Engine engine = engine()) {
        DatabaseStatus.Drill drill = drill(replicate(engine, Optional.of(Duration.ofDays(1))));
        assertThat(drill.last()).isEmpty();
        assertThat(Duration.between(Instant.now(), drill.next().orElseThrow()))
            .isLessThanOrEqualTo(Duration.ofMinutes(1));
      }
      drillOnce(app);
      assertThat(kept().error()).isEmpty();
    }
  }

  @Test
  void aDrillWhoseEndCannotBeKeptHasPassedAllTheSame() throws Exception {
    try (Connection app = connect()) {
      insert(app, 1);
      Files.createDirectories(metaPath());
      Files.writeString(metaPath().resolve("drills"), "no directory");
      try (Engine engine = engine()) {
        Replication replication = replicate(engine);
        replication.sync(PATIENCE);
        awaitDrills(2);
        assertThat(failed).hasValue(0);
        assertThat(drill(replication).last()).isPresent();
      }
      assertThat(
              logged(
                  Level.WARN,
                  "how the restore drill ended cannot be kept; a restart will not know of it"))
          .isPresent();
    }
  }
}
