package io.litestream.core.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream.core.position.TxId;
import io.litestream.core.replica.FixedStore;
import io.litestream.core.replica.LtxFile;
import io.litestream.core.replica.LtxReader;
import io.litestream.core.restore.LtxReport.Stretch;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A database that the real Litestream v0.5 replicates and compacts while it changes, restored by
 * both.
 */
@EnabledIfEnvironmentVariable(
    named = "LITESTREAM_PEER_V05",
    matches = ".+",
    disabledReason = "LITESTREAM_PEER_V05 does not name the executable of Litestream v0.5")
class LtxPeerTest {

  private static final String PEER = String.valueOf(System.getenv("LITESTREAM_PEER_V05"));
  private static final int LONGEST_SECONDS = 120;

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(ints = {512, 65536})
  @Timeout(2 * LONGEST_SECONDS)
  void bothRestoreTheSame(int pageSize) throws Exception {
    Path database = directory.resolve("app.db");
    replicate(database, pageSize);
    LtxReader reader = new LtxReader("file", load());
    // Of two files that end with the same transaction, one is enough.
    Map<TxId, LtxFile> files = new TreeMap<>();
    reader.files().forEach(file -> files.put(file.last(), file));
    TxId newest = files.keySet().stream().reduce((a, b) -> b).orElseThrow();

    LtxReport report = LtxVerifier.verify(reader, 4);
    assertThat(report.damages()).isEmpty();
    assertThat(report.stretches()).last().extracting(Stretch::last).isEqualTo(newest);

    int restored = 0;
    for (TxId id : files.keySet()) {
      if (isRestorable(reader, id)) {
        assertSame(reader, LtxRestorerTest.upTo(ours(), id), "-txid", id.toString());
        restored++;
      } else {
        Path theirs = directory.resolve("theirs.db");
        assertThat(runPeer(theirs, "-txid", id.toString())).as(id.toString()).isNotEmpty();
      }
    }
    assertThat(restored).isGreaterThan(5);
    // The peer refuses times that are not within those of its single transactions.
    List<LtxFile> single = reader.files(0);
    for (LtxFile file : single.subList(0, single.size() - 1)) {
      Instant time = reader.timeOf(file);
      // The peer restores what was made before a time, this project what was made until then.
      assertSame(
          reader,
          LtxRestorerTest.until(ours(), time),
          "-timestamp",
          time.plus(Duration.ofMillis(1)).toString());
    }
    LtxRestoreResult result = assertSame(reader, LtxRestoreRequest.of(ours()));
    assertThat(result.txId()).isEqualTo(newest);
    assertThat(result.pageSize()).isEqualTo(pageSize);
    restoreByThisProject(reader, LtxRestoreRequest.of(ours()));
    assertThat(Files.mismatch(ours(), database)).isEqualTo(-1);
  }

  private Path ours() {
    return directory.resolve("ours.db");
  }

  private LtxRestoreResult assertSame(
      LtxReader reader, LtxRestoreRequest request, String... options) throws Exception {
    Path theirs = directory.resolve("theirs.db");
    LtxRestoreResult result = restoreByThisProject(reader, request);
    restoreByThePeer(theirs, options);
    assertThat(Files.mismatch(ours(), theirs)).as(Arrays.toString(options)).isEqualTo(-1);
    Files.delete(ours());
    Files.delete(theirs);
    return result;
  }

  private static LtxRestoreResult restoreByThisProject(LtxReader reader, LtxRestoreRequest request)
      throws IOException, InterruptedException {
    LtxPlan plan = LtxRestorer.plan(List.of(reader), request);
    return LtxRestorer.restore(plan, request, RestoreProgress.NONE);
  }

  /** Single transactions may be left of which those before have been removed. */
  private boolean isRestorable(LtxReader reader, TxId id) throws IOException {
    try {
      LtxRestorer.plan(List.of(reader), LtxRestorerTest.upTo(ours(), id));
      return true;
    } catch (RestoreException e) {
      assertThat(e.kind()).isEqualTo(RestoreException.Kind.NOT_RESTORABLE);
      return false;
    }
  }

  private void restoreByThePeer(Path output, String... options)
      throws IOException, InterruptedException {
    assertThat(runPeer(output, options)).isEmpty();
  }

  /** What the peer says if it fails; empty if it has restored. */
  private Optional<String> runPeer(Path output, String... options)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(PEER, "restore"));
    command.addAll(List.of(options));
    command.addAll(List.of("-o", output.toString(), "file://" + replica()));
    Process peer = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(peer.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return peer.waitFor() == 0 ? Optional.empty() : Optional.of(said);
  }

  private Path replica() {
    return directory.resolve("replica");
  }

  /** Changes the database until the peer has compacted twice, and taken a second snapshot. */
  private void replicate(Path database, int pageSize) throws Exception {
    Path config =
        Files.writeString(
            directory.resolve("litestream.yml"),
            """
            levels:
              - interval: 1s
              - interval: 3s
            snapshot:
              interval: 4s
              retention: 1h
            l0-retention: 2s
            l0-retention-check-interval: 1s
            dbs:
              - path: %s
                monitor-interval: 50ms
                replica:
                  type: file
                  path: %s
                  sync-interval: 50ms
            """
                .formatted(database, replica()));
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA page_size=" + pageSize);
      statement.execute("PRAGMA journal_mode=wal");
      statement.execute("CREATE TABLE t(n INTEGER, v BLOB)");
      Process peer =
          new ProcessBuilder(PEER, "replicate", "-config", config.toString())
              .redirectErrorStream(true)
              .redirectOutput(directory.resolve("log").toFile())
              .start();
      try {
        change(statement, peer);
      } finally {
        peer.destroy();
        assertThat(peer.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS)).isTrue();
      }
      statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    }
  }

  private void change(Statement statement, Process peer) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LONGEST_SECONDS);
    int n = 0;
    while (files(2) < 3 || files(9) < 2 || n < 40) {
      assertThat(System.nanoTime()).as("levels appear").isLessThan(deadline);
      n++;
      commit(statement, n);
      if (peer.waitFor(100, TimeUnit.MILLISECONDS)) {
        throw new AssertionError(Files.readString(directory.resolve("log")));
      }
    }
  }

  private static void commit(Statement statement, int n) throws SQLException {
    statement.execute("INSERT INTO t VALUES (%d, randomblob(%d))".formatted(n, 1 + n * 997 % 5000));
    if (n % 10 == 0) {
      statement.execute("DELETE FROM t WHERE n % 3 = 0");
    }
    if (n % 30 == 0) {
      statement.execute("VACUUM");
    }
  }

  private long files(int level) throws IOException {
    Path path = replica().resolve("ltx/" + level);
    if (!Files.isDirectory(path)) {
      return 0;
    }
    try (Stream<Path> files = Files.list(path)) {
      return files.filter(file -> file.toString().endsWith(".ltx")).count();
    }
  }

  private FixedStore load() throws IOException {
    FixedStore store = new FixedStore();
    try (Stream<Path> files = Files.walk(replica())) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        store.put(replica().relativize(file).toString(), Files.readAllBytes(file), Instant.EPOCH);
      }
    }
    return store;
  }
}
