package io.litestream.core.engine;

import static io.litestream.core.age.AgeTestKeys.BOTH;
import static io.litestream.core.age.AgeTestKeys.OTHER_IDENTITY;
import static io.litestream.core.age.AgeTestKeys.OTHER_RECIPIENT;
import static io.litestream.core.age.AgeTestKeys.READ_ONLY;
import static io.litestream.core.age.AgeTestKeys.RECIPIENT;
import static io.litestream.core.age.AgeTestKeys.WRITE_ONLY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream.core.DatabaseOptions;
import io.litestream.core.Litestream;
import io.litestream.core.ReplicaOptions;
import io.litestream.core.ReplicaStores;
import io.litestream.core.Replication;
import io.litestream.core.ReplicationObserver;
import io.litestream.core.RetentionOptions;
import io.litestream.core.age.AgeFiles;
import io.litestream.core.age.AgeKeys;
import io.litestream.core.age.AgeOutputStream;
import io.litestream.core.position.Generation;
import io.litestream.core.replica.ReplicaReader;
import io.litestream.core.restore.IntegrityCheck;
import io.litestream.core.restore.RestoreProgress;
import io.litestream.core.restore.RestoreRequest;
import io.litestream.core.restore.Restorer;
import io.litestream.core.retention.RetentionRules;
import io.litestream.core.sync.SyncDecision.Reason;
import io.litestream.spi.ReplicaException.Kind;
import io.litestream.testkit.InMemoryStore;
import io.litestream.testkit.StoreCall;
import io.litestream.testkit.StoreHold;
import io.litestream.testkit.StoreOperation;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Replicas that are encrypted, most of them with recipients alone: what a restart goes on from, and
 * when it begins a new generation instead. A killed process is an image: what is on the disk at an
 * instant, and what the store holds then or shortly after.
 */
@Timeout(120)
class EncryptedReplicationTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path directory;
  private final MemoryStores stores = new MemoryStores();
  private final List<String> reasons = new CopyOnWriteArrayList<>();
  private Path home = Path.of("");

  @BeforeEach
  void makeDatabase() throws IOException, SQLException {
    home = Files.createDirectory(directory.resolve("live"));
    connect().close();
  }

  private Path database() {
    return home.resolve("app.db");
  }

  private InMemoryStore store() {
    return stores.server("a");
  }

  private Litestream start() throws IOException {
    ReplicationObserver observer =
        new ReplicationObserver() {
          @Override
          public void onGeneration(Path database, String reason) {
            reasons.add(reason);
          }
        };
    return Litestream.start(ReplicaStores.of(List.of(stores)), PATIENCE, observer);
  }

  private static ReplicaOptions replica(AgeKeys keys) {
    return new ReplicaOptions("a", "memory", Map.of("path", "a"), Duration.ofMillis(50)).with(keys);
  }

  private DatabaseOptions options(AgeKeys keys) {
    return DatabaseOptions.of(database(), replica(keys));
  }

  /** One run of the process, in which rows are committed, replicated, and the process ends. */
  private void run(AgeKeys keys, int rows) throws Exception {
    try (Litestream litestream = start()) {
      Replication replication = litestream.replicate(options(keys));
      // Closed before the engine, which keeps the WAL: without it, the last one would remove it.
      try (Connection app = connect()) {
        insert(app, rows);
        replication.sync(PATIENCE);
      }
    }
  }

  private Connection connect() throws SQLException {
    Connection c = DriverManager.getConnection("jdbc:sqlite:" + database());
    run(c, "PRAGMA busy_timeout=5000");
    run(c, "PRAGMA journal_mode=wal");
    run(c, "CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, x BLOB)");
    return c;
  }

  private static void run(Connection c, String sql) throws SQLException {
    try (Statement s = c.createStatement()) {
      s.execute(sql);
    }
  }

  /** In one transaction, and so in one segment. */
  private static void insert(Connection c, int rows) throws SQLException {
    run(
        c,
        "INSERT INTO t (x) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
            + rows
            + ") SELECT randomblob(3000) FROM n");
  }

  private long restoredRows(AgeKeys keys) throws Exception {
    return restoredRows(keys, Optional.empty());
  }

  private long restoredRows(AgeKeys keys, Optional<Generation> generation) throws Exception {
    Path out = directory.resolve("restored-" + System.nanoTime() + ".db");
    RestoreRequest request =
        new RestoreRequest(
            out, generation, OptionalInt.empty(), Optional.empty(), 2, IntegrityCheck.FULL);
    Restorer.restore(Restorer.plan(List.of(reader(keys)), request), request, RestoreProgress.NONE);
    try (Connection c = DriverManager.getConnection("jdbc:sqlite:" + out);
        Statement s = c.createStatement();
        ResultSet rows = s.executeQuery("SELECT count(*) FROM t")) {
      return rows.getLong(1);
    }
  }

  private ReplicaReader reader(AgeKeys keys) {
    return new ReplicaReader(replica(keys), store());
  }

  private List<Generation> generations() throws IOException {
    return reader(AgeKeys.NONE).generations();
  }

  /** What is on the disk, and what the store holds. */
  private record Image(Path home, NavigableMap<String, byte[]> objects) {}

  /** By another process: one that closes a database's file here takes SQLite's locks away. */
  private Path copyOfDisk() throws Exception {
    Path copy = directory.resolve("image-" + System.nanoTime());
    Process process = new ProcessBuilder("cp", "-R", "" + home, "" + copy).start();
    assertThat(process.waitFor()).isZero();
    return copy;
  }

  /** The machine after the kill. */
  private void become(Image image) {
    home = image.home();
    reasons.clear();
    store().heal();
    store().objects().keySet().forEach(store()::remove);
    image.objects().forEach(store()::put);
  }

  private static boolean isSegmentCommit(StoreCall call) {
    return call.operation() == StoreOperation.COMMIT && call.key().endsWith(".wal.lz4");
  }

  /** A disk as it is when the commit of a segment is on its way, with the store before or after. */
  private record Interrupted(Image before, Image after) {}

  private Interrupted interruptedUpload(int lostAnswers) throws Exception {
    try (Litestream litestream = start();
        Connection app = connect()) {
      Replication replication = litestream.replicate(options(WRITE_ONLY));
      insert(app, 10);
      replication.sync(PATIENCE);
      store().loseAnswers(StoreOperation.COMMIT, lostAnswers);
      long commits = store().requests(StoreOperation.COMMIT) + lostAnswers;
      StoreHold hold = store().hold(call -> isSegmentCommit(call) && call.number() > commits);
      insert(app, 10);
      assertThat(hold.awaitReached(PATIENCE)).isTrue();
      Path disk = copyOfDisk();
      Image before = new Image(disk, store().objects());
      hold.release();
      replication.sync(PATIENCE);
      return new Interrupted(before, new Image(disk, store().objects()));
    }
  }

  /** Goes on after a kill, with all that was committed, in so many generations. */
  private void assertGoesOn(int generations) throws Exception {
    reasons.clear();
    run(WRITE_ONLY, 5);
    assertThat(generations()).as("reasons: " + reasons).hasSize(generations);
    assertThat(restoredRows(READ_ONLY)).isEqualTo(25);
    // And once more, in what was gone on with.
    run(WRITE_ONLY, 5);
    assertThat(generations()).hasSize(generations);
    assertThat(restoredRows(READ_ONLY)).isEqualTo(30);
  }

  private String lastSegment() {
    return store().objects().keySet().stream()
        .filter(key -> key.endsWith(".wal.lz4"))
        .reduce((first, second) -> second)
        .orElseThrow();
  }

  private Path recordFile() throws IOException {
    try (var files = Files.walk(home)) {
      return files.filter(file -> file.toString().contains("/uploads/")).findFirst().orElseThrow();
    }
  }

  @Test
  void everyObjectIsEncrypted() throws Exception {
    run(WRITE_ONLY, 20);

    assertThat(store().objects()).hasSizeGreaterThanOrEqualTo(2);
    assertThat(store().objects().values()).allMatch(EncryptedReplicationTest::isEncrypted);
    assertThat(restoredRows(READ_ONLY)).isEqualTo(20);
  }

  @Test
  void snapshotsOnAScheduleAreEncryptedToo() throws Exception {
    ReplicaOptions scheduled =
        replica(WRITE_ONLY)
            .with(
                new RetentionOptions(
                    RetentionRules.NONE,
                    RetentionOptions.DEFAULT_CHECK_INTERVAL,
                    Optional.of(Duration.ofMillis(100)),
                    false));
    try (Litestream litestream = start();
        Connection app = connect()) {
      Replication replication = litestream.replicate(DatabaseOptions.of(database(), scheduled));
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (store().objects().keySet().stream().filter(key -> key.contains("/snapshots/")).count()
          < 3) {
        assertThat(System.nanoTime()).isLessThan(deadline);
        insert(app, 1);
        replication.sync(PATIENCE);
      }
    }

    assertThat(store().objects().values()).allMatch(EncryptedReplicationTest::isEncrypted);
  }

  private static boolean isEncrypted(byte[] object) {
    try {
      return AgeFiles.isEncrypted(new ByteArrayInputStream(object));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aRestartWithRecipientsAloneGoesOnInTheSameGeneration() throws Exception {
    for (int start = 1; start <= 3; start++) {
      run(WRITE_ONLY, 20);
      assertThat(restoredRows(READ_ONLY)).isEqualTo(20L * start);
    }
    assertThat(generations()).hasSize(1);
    assertThat(store().objects().keySet().stream().filter(key -> key.contains("/snapshots/")))
        .hasSize(1);
  }

  @Test
  void aKillBeforeTheCommitOfASegmentCostsNothing() throws Exception {
    become(interruptedUpload(0).before());
    assertGoesOn(1);
  }

  @Test
  void aKillAfterTheCommitOfASegmentCostsNothing() throws Exception {
    become(interruptedUpload(0).after());
    assertGoesOn(1);
  }

  @Test
  void aTryThatArrivedAlthoughItFailedIsKnown() throws Exception {
    become(interruptedUpload(1).before());
    assertGoesOn(1);
  }

  @Test
  void aKillAfterTheSecondTryCostsNothing() throws Exception {
    become(interruptedUpload(1).after());
    assertGoesOn(1);
  }

  @Test
  void aMetaDirectoryThatIsLostMeansANewGeneration() throws Exception {
    run(WRITE_ONLY, 20);
    deleteTree(DatabaseOptions.defaultMetaPath(database()));

    assertGoesOn(2);
    assertThat(reasons).containsExactly(Reason.NO_GENERATION.text());
  }

  private static void deleteTree(Path root) throws IOException {
    try (var files = Files.walk(root)) {
      for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(file);
      }
    }
  }

  @Test
  void aRecordThatIsLostMeansANewGenerationUnlessAnIdentityShowsWhatIsThere() throws Exception {
    run(WRITE_ONLY, 20);
    Files.delete(recordFile());
    Image lost = new Image(copyOfDisk(), store().objects());

    assertGoesOn(2);
    assertThat(reasons).containsExactly(Reason.REPLICA_UNPROVED.text());

    become(lost);
    run(BOTH, 5);
    assertThat(generations()).hasSize(1);
    assertThat(restoredRows(READ_ONLY)).isEqualTo(25);
  }

  @Test
  void aRecordThatIsTornMeansANewGeneration() throws Exception {
    run(WRITE_ONLY, 20);
    byte[] record = Files.readAllBytes(recordFile());
    for (int at = 0; at < record.length; at += UploadEntry.LINE_BYTES) {
      record[at + 20] ^= 1;
    }
    Files.write(recordFile(), record);

    assertGoesOn(2);
    assertThat(reasons).containsExactly(Reason.REPLICA_UNPROVED.text());
  }

  @Test
  void aDiskThatIsOlderThanTheReplicaLosesNothingOfTheReplica() throws Exception {
    run(WRITE_ONLY, 20);
    Path old = copyOfDisk();
    run(WRITE_ONLY, 7);
    run(WRITE_ONLY, 7);
    Generation before = generations().get(0);
    become(new Image(old, store().objects()));

    assertGoesOn(2);
    assertThat(reasons)
        .containsAnyOf(Reason.REPLICA_UNPROVED.text(), Reason.REPLICA_AHEAD.text())
        .hasSize(1);
    assertThat(restoredRows(READ_ONLY, Optional.of(before))).isEqualTo(34);
  }

  @Test
  void aSegmentOfAnotherHostIsNotTakenForOurs() throws Exception {
    run(WRITE_ONLY, 20);
    // The same content, and so the same size; only whoever has an identity could tell.
    byte[] ours = store().bytes(lastSegment()).orElseThrow();
    byte[] theirs = encryptedAgain(ours);
    assertThat(theirs).hasSameSizeAs(ours).isNotEqualTo(ours);
    store().put(lastSegment(), theirs);

    assertGoesOn(2);
    assertThat(reasons).containsExactly(Reason.REPLICA_UNPROVED.text());
  }

  private static byte[] encryptedAgain(byte[] stored) throws IOException {
    ByteArrayOutputStream again = new ByteArrayOutputStream();
    try (InputStream in = AgeFiles.open(new ByteArrayInputStream(stored), READ_ONLY);
        AgeOutputStream out = new AgeOutputStream(again, WRITE_ONLY)) {
      in.transferTo(out);
      out.finish();
    }
    return again.toByteArray();
  }

  @Test
  void aSegmentThatWasDamagedOrCutMeansANewGeneration() throws Exception {
    run(WRITE_ONLY, 20);
    Image whole = new Image(copyOfDisk(), store().objects());
    String key = lastSegment();
    byte[] damaged = store().bytes(key).orElseThrow();
    damaged[damaged.length - 1] ^= 1;
    for (byte[] bytes : List.of(damaged, Arrays.copyOf(damaged, damaged.length - 1))) {
      for (AgeKeys keys : List.of(WRITE_ONLY, BOTH)) {
        become(new Image(copyOf(whole.home()), whole.objects()));
        store().put(key, bytes);
        run(keys, 5);
        assertThat(reasons).containsExactly(Reason.REPLICA_UNPROVED.text());
        assertThat(restoredRows(READ_ONLY)).isEqualTo(25);
      }
    }
  }

  private Path copyOf(Path disk) throws Exception {
    home = disk;
    return copyOfDisk();
  }

  @Test
  void aReplicaThatLostEverythingIsBegunAgain() throws Exception {
    run(WRITE_ONLY, 20);
    store().objects().keySet().forEach(store()::remove);

    assertGoesOn(1);
  }

  @Test
  void aSegmentThatWasDeletedMeansANewGeneration() throws Exception {
    run(WRITE_ONLY, 10);
    for (int i = 0; i < 5; i++) {
      run(WRITE_ONLY, 2);
    }
    for (int i = 0; i < 4; i++) {
      store().remove(lastSegment());
    }

    run(WRITE_ONLY, 5);
    assertThat(reasons).contains(Reason.REPLICA_UNPROVED.text());
    assertThat(restoredRows(READ_ONLY)).isEqualTo(25);
  }

  @Test
  void aShadowWalThatLostItsEndMeansANewGeneration() throws Exception {
    run(WRITE_ONLY, 20);
    Path old = copyOfDisk();
    run(WRITE_ONLY, 7);
    Path record = recordFile();
    byte[] newest = Files.readAllBytes(record);
    Path sameRecord = old.resolve(home.relativize(record));
    become(new Image(old, store().objects()));
    Files.write(sameRecord, newest);

    assertGoesOn(2);
    assertThat(reasons).containsExactly(Reason.REPLICA_AHEAD.text());
  }

  @Test
  void aShadowWalWithOtherFramesThanWereSentMeansANewGeneration() throws Exception {
    run(WRITE_ONLY, 20);
    Path old = copyOfDisk();
    run(WRITE_ONLY, 7);
    Path record = recordFile();
    byte[] newest = Files.readAllBytes(record);
    Path sameRecord = old.resolve(home.relativize(record));
    become(new Image(old, store().objects()));
    Files.write(sameRecord, newest);
    try (Connection app = connect()) {
      insert(app, 7);
      insert(app, 7);
      run(WRITE_ONLY, 5);
    }
    assertThat(reasons).containsExactly(Reason.REPLICA_AHEAD.text());
    assertThat(restoredRows(READ_ONLY)).isEqualTo(39);
  }

  @Test
  void otherRecipientsMeanANewGenerationThatTheyCanRead() throws Exception {
    run(WRITE_ONLY, 20);
    AgeKeys both = new AgeKeys(List.of(OTHER_RECIPIENT, RECIPIENT), List.of());
    AgeKeys otherReader = new AgeKeys(List.of(), List.of(OTHER_IDENTITY));

    run(both, 5);
    assertThat(reasons).contains(Reason.ENCRYPTION_CHANGED.text());
    assertThat(generations()).hasSize(2);
    assertThat(restoredRows(otherReader)).isEqualTo(25);
    // In another order they are the same.
    run(new AgeKeys(List.of(RECIPIENT, OTHER_RECIPIENT), List.of()), 5);
    assertThat(generations()).hasSize(2);
    assertThat(restoredRows(otherReader)).isEqualTo(30);
  }

  @Test
  void switchingEncryptionOnOrOffMeansANewGeneration() throws Exception {
    run(AgeKeys.NONE, 20);
    Generation plain = generations().get(0);
    reasons.clear();

    run(WRITE_ONLY, 5);
    assertThat(reasons).containsExactly(Reason.ENCRYPTION_CHANGED.text());
    // Whoever has an identity reads both.
    assertThat(restoredRows(READ_ONLY)).isEqualTo(25);
    assertThat(restoredRows(READ_ONLY, Optional.of(plain))).isEqualTo(20);

    reasons.clear();
    run(AgeKeys.NONE, 5);
    assertThat(reasons).containsExactly(Reason.ENCRYPTION_CHANGED.text());
    assertThat(restoredRows(AgeKeys.NONE)).isEqualTo(30);
    assertThat(generations()).hasSize(3);
  }

  @Test
  void aReplicaWithIdentitiesAloneIsRefused() throws Exception {
    try (Litestream litestream = start()) {
      assertThatThrownBy(() -> litestream.replicate(options(READ_ONLY)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("replica 'a' has age identities but no recipients");
    }
  }

  @Test
  void anUploadThatCannotBeRecordedGoesOn() throws Exception {
    try (Litestream litestream = start();
        Connection app = connect()) {
      Replication replication = litestream.replicate(options(WRITE_ONLY));
      insert(app, 20);
      replication.sync(PATIENCE);
      Path record = recordFile();
      Files.delete(record);
      Files.createDirectory(record);
      insert(app, 5);
      replication.sync(PATIENCE);
      Files.delete(record);
      Files.createFile(record);
    }
    assertThat(restoredRows(READ_ONLY)).isEqualTo(25);
    run(WRITE_ONLY, 5);
    assertThat(reasons).contains(Reason.REPLICA_UNPROVED.text());
    assertThat(restoredRows(READ_ONLY)).isEqualTo(30);
  }

  @Test
  void aStoreThatCannotBeReadAtTheStartIsAskedAgain() throws Exception {
    run(WRITE_ONLY, 20);
    store().failNext(StoreOperation.OPEN, Kind.UNAVAILABLE, 1);

    run(WRITE_ONLY, 5);
    assertThat(generations()).hasSize(1);
    assertThat(restoredRows(READ_ONLY)).isEqualTo(25);
  }

  @Test
  void keepsNoMemoryOfAReplicaThatIsNotEncrypted() throws Exception {
    run(AgeKeys.NONE, 5);

    assertThatThrownBy(this::recordFile).isInstanceOf(NoSuchElementException.class);
  }
}
