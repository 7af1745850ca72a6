package io.litestream.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream.core.DatabaseOptions;
import io.litestream.core.ReplicaOptions;
import io.litestream.core.ReplicaStores;
import io.litestream.core.Replication;
import io.litestream.core.ReplicationObserver;
import io.litestream.core.codec.Lz4InputStream;
import io.litestream.core.position.Generation;
import io.litestream.core.position.Position;
import io.litestream.core.replica.PreviousIndex;
import io.litestream.core.replica.PreviousIndex.Facts;
import io.litestream.core.replica.ReplicaReader;
import io.litestream.core.replica.SegmentInfo;
import io.litestream.core.restore.GenerationReport;
import io.litestream.core.restore.Verifier;
import io.litestream.testkit.InMemoryStore;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the first segment of an index tells of the one before, as a replica gets it. */
@Timeout(60)
class IndexNoteTest {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir Path directory;

  private final MemoryStores stores = new MemoryStores();
  private final InMemoryStore store = stores.server("a");
  private final ReplicaReader reader = new ReplicaReader("a", store);

  private Connection app;

  /** Stays open: the last connection to be closed takes the WAL away. */
  @BeforeEach
  void setUp() throws SQLException {
    app = DriverManager.getConnection("jdbc:sqlite:" + database());
    run(app, "PRAGMA journal_mode=wal");
    run(app, "PRAGMA busy_timeout=5000");
    run(app, "CREATE TABLE t (x BLOB)");
  }

  @AfterEach
  void tearDown() throws SQLException {
    app.close();
  }

  private Path database() {
    return directory.resolve("app.db");
  }

  private static void run(Connection c, String sql) throws SQLException {
    try (Statement s = c.createStatement()) {
      s.execute(sql);
    }
  }

  private void replicate(int indexes) throws Exception {
    ReplicaOptions replica =
        new ReplicaOptions("a", "memory", Map.of("path", "a"), Duration.ofMillis(10));
    try (Engine engine =
        new Engine(
            ReplicaStores.of(List.of(stores)),
            PATIENCE,
            Clock.systemUTC(),
            ReplicationObserver.NONE)) {
      Replication replication =
          engine.replicate(
              new DatabaseOptions(
                  database(),
                  DatabaseOptions.defaultMetaPath(database()),
                  Duration.ofMillis(50),
                  Duration.ZERO,
                  5,
                  10,
                  Duration.ofSeconds(5),
                  List.of(replica)));
      replication.sync(PATIENCE);
      int target = replication.status().position().orElseThrow().index() + indexes;
      while (replication.status().position().orElseThrow().index() < target) {
        run(app, "INSERT INTO t VALUES (randomblob(6000))");
        replication.sync(PATIENCE);
      }
    }
  }

  private Generation generation() throws IOException {
    return reader.generations().get(0);
  }

  private byte[] wal(int index) throws IOException {
    ByteArrayOutputStream wal = new ByteArrayOutputStream();
    for (SegmentInfo segment : reader.segments(generation())) {
      if (segment.start().index() == index) {
        reader.open(segment).transferTo(wal);
      }
    }
    return wal.toByteArray();
  }

  private Optional<PreviousIndex> note(int index) throws IOException {
    String key = new SegmentInfo(new Position(generation(), index, 0), 0, Instant.EPOCH).key();
    try (Lz4InputStream in =
        new Lz4InputStream(new ByteArrayInputStream(store.bytes(key).orElseThrow()))) {
      in.readAllBytes();
      return in.note().flatMap(PreviousIndex::parse);
    }
  }

  @Test
  void itTellsLengthChecksumSaltsSizeAndTimes() throws Exception {
    Instant before = Instant.now();
    replicate(5);
    Instant after = Instant.now();

    List<Integer> indexes =
        reader.segments(generation()).stream().map(s -> s.start().index()).distinct().toList();
    assertThat(note(indexes.get(0)).isEmpty()).isEqualTo(indexes.get(0) == 0);
    assertThat(indexes).hasSizeGreaterThan(3);
    for (int index : indexes.subList(1, indexes.size())) {
      ByteBuffer wal = ByteBuffer.wrap(wal(index - 1));
      int lastFrame = wal.capacity() - 24 - wal.getInt(8);
      PreviousIndex told = note(index).orElseThrow();
      Facts facts = told.facts().orElseThrow();
      assertThat(told.end()).isEqualTo(wal.capacity());
      assertThat(facts.checksum()).isEqualTo(wal.getLong(lastFrame + 16));
      assertThat(facts.salt1()).isEqualTo(wal.getInt(16));
      assertThat(facts.salt2()).isEqualTo(wal.getInt(20));
      assertThat(facts.pages()).isEqualTo(wal.getInt(lastFrame + 4));
      // Times of files may be some milliseconds behind the clock.
      assertThat(facts.lastCommit()).isBetween(before.minusMillis(50), after);
      if (index > 1) {
        assertThat(facts.firstCommit().orElseThrow())
            .isBetween(before.minusMillis(1), facts.lastCommit().plusMillis(50));
      }
    }
    GenerationReport report = Verifier.verify(reader, generation(), 2);
    assertThat(report.damages()).isEmpty();
    assertThat(report.proved()).isTrue();
  }

  @Test
  void aMissingTailOfAnyIndexButTheLastIsFound() throws Exception {
    replicate(3);
    Generation generation = generation();
    List<SegmentInfo> segments = reader.segments(generation);
    for (int i = 0; i + 1 < segments.size(); i++) {
      SegmentInfo segment = segments.get(i);
      boolean tail = segments.get(i + 1).start().index() > segment.start().index();
      if (tail && segment.start().offset() > 0) {
        byte[] bytes = store.bytes(segment.key()).orElseThrow();
        store.remove(segment.key());
        assertThat(Verifier.verify(reader, generation, 2).damages())
            .as(segment.key())
            .singleElement()
            .asString()
            .contains("its last segments are missing", "with commits until 20");
        store.put(segment.key(), bytes);
      }
    }
    assertThat(Verifier.verify(reader, generation, 2).damages()).isEmpty();
  }

  @Test
  void whenAnIndexBeganWhileNobodyWatchedIsNotTold() throws Exception {
    replicate(2);
    int begun =
        reader.segments(generation()).stream().mapToInt(s -> s.start().index()).max().orElseThrow();
    replicate(2);

    assertThat(note(begun + 1).orElseThrow().facts().orElseThrow().firstCommit()).isEmpty();
  }
}
