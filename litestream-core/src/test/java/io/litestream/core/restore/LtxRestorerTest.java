package io.litestream.core.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream.core.ltx.LtxBytes;
import io.litestream.core.position.TxId;
import io.litestream.core.replica.LtxFile;
import io.litestream.core.restore.RestoreException.Kind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Restores of replicas that the real Litestream v0.5 has written, compared with its own. */
class LtxRestorerTest {

  @TempDir Path directory;

  /**
   * Each transaction that the peer restores, over all levels: a table that grows and is dropped,
   * and a VACUUM, so that the database shrinks.
   */
  @ParameterizedTest
  @ValueSource(strings = {"blocks", "frames"})
  void everyTransactionIsRestoredAsByThePeer(String name) throws Exception {
    GoldenReplica replica = GoldenReplica.load(name);
    int restored = 0;
    for (Map.Entry<TxId, Optional<String>> entry : replica.expected.entrySet()) {
      TxId id = entry.getKey();
      Path output = directory.resolve(id + ".db");
      LtxRestoreRequest request = upTo(output, id);
      Optional<String> expected = entry.getValue();
      if (expected.isPresent()) {
        LtxRestoreResult result = replica.restore(request);
        assertThat(GoldenReplica.digest(output)).as(id.toString()).isEqualTo(expected.get());
        assertThat(result.txId()).isEqualTo(id);
        assertThat(result.databaseBytes()).isEqualTo(Files.size(output));
        assertThat(result.checked()).isEqualTo(IntegrityCheck.QUICK);
        restored++;
      } else {
        assertThatThrownBy(() -> replica.restore(request))
            .isInstanceOfSatisfying(
                RestoreException.class, e -> assertThat(e.kind()).isEqualTo(Kind.NOT_RESTORABLE))
            .hasMessageContaining("it has been compacted with others; the nearest one");
        assertThat(output).doesNotExist();
      }
    }
    assertThat(restored).isGreaterThan(15);
  }

  @ParameterizedTest
  @ValueSource(strings = {"blocks", "frames"})
  void theNewestStateIsTheDefault(String name) throws Exception {
    GoldenReplica replica = GoldenReplica.load(name);
    Path output = directory.resolve("app.db");

    LtxRestoreResult result = replica.restore(LtxRestoreRequest.of(output));

    assertThat(result.txId()).isEqualTo(new TxId(0x35));
    assertThat(GoldenReplica.digest(output)).isEqualTo(replica.expected(new TxId(0x35)));
    try (var files = Files.list(directory)) {
      assertThat(files).containsExactly(output);
    }
  }

  /** S3 and OSS have other names for levels. */
  @Test
  void levelsOfS3AreReadAsWell() throws Exception {
    GoldenReplica replica = GoldenReplica.load("blocks");
    Map<String, byte[]> objects = Map.copyOf(replica.store.objects);
    replica.store.objects.clear();
    objects.forEach(
        (key, bytes) -> replica.store.put(key.replace("ltx/", "000"), bytes, GoldenReplica.LISTED));
    assertThat(replica.store.objects.firstKey()).startsWith("0000/");
    Path output = directory.resolve("app.db");

    replica.restore(LtxRestoreRequest.of(output));

    assertThat(GoldenReplica.digest(output)).isEqualTo(replica.expected(new TxId(0x35)));
  }

  /**
   * The files say when their transactions were made; what the store says of its objects is of no
   * account, as it is after copying a replica.
   */
  @ParameterizedTest
  @CsvSource({
    // The second snapshot, two transactions older than the one of level 1 after it.
    "2026-11-25T10:24:36.010Z, 14",
    "2026-11-25T10:24:36.009Z, 14",
    "2026-11-25T10:24:35.900Z, f",
    "2026-11-25T10:24:47.701Z, 2e",
    "2026-11-25T10:24:48.203Z, 2e",
    "2026-11-25T10:24:48.204Z, 2f",
    "2100-01-01T00:00:00Z, 35"
  })
  void aTimeIsThatOfTheTransactions(Instant time, String last) throws Exception {
    GoldenReplica replica = GoldenReplica.load("blocks");
    Path output = directory.resolve("app.db");

    LtxRestoreResult result = replica.restore(until(output, time));

    assertThat(result.txId()).isEqualTo(new TxId(Long.parseLong(last, 16)));
    assertThat(GoldenReplica.digest(output)).isEqualTo(replica.expected(result.txId()));
  }

  @Test
  void aTimeBeforeEverythingCannotBeRestored() {
    GoldenReplica replica = GoldenReplica.load("blocks");
    Path output = directory.resolve("app.db");

    assertThatThrownBy(() -> replica.restore(until(output, Instant.parse("2026-11-25T10:24:28Z"))))
        .hasMessage(
            "cannot restore the state of 2026-11-25T10:24:28Z from replica 'file': the oldest one is of 2026-11-25T10:24:28.202Z, transaction 0000000000000003");
    assertThat(output).doesNotExist();
  }

  @Test
  void theRestGoesOnFromWhereItIsWhenFilesAreCompactedAway() throws Exception {
    GoldenReplica replica = GoldenReplica.load("blocks");
    Path output = directory.resolve("app.db");
    LtxRestoreRequest request = LtxRestoreRequest.of(output);
    LtxPlan plan = LtxRestorer.plan(List.of(replica.reader), request);
    // One of the planned files is gone; level 0 has its transactions one by one.
    String gone = "ltx/1/" + LtxBytes.name(0x2f, 0x32);
    assertThat(plan.files()).extracting(LtxFile::key).contains(gone);
    replica.store.objects.keySet().remove(gone);

    LtxRestoreResult result = LtxRestorer.restore(plan, request, RestoreProgress.NONE);

    assertThat(result.txId()).isEqualTo(plan.last());
    assertThat(result.files()).isEqualTo(plan.files().size() + 3);
    assertThat(GoldenReplica.digest(output)).isEqualTo(replica.expected(plan.last()));
  }

  static LtxRestoreRequest upTo(Path output, TxId id) {
    return new LtxRestoreRequest(output, Optional.of(id), Optional.empty(), 4, IntegrityCheck.AUTO);
  }

  static LtxRestoreRequest until(Path output, Instant time) {
    return new LtxRestoreRequest(
        output, Optional.empty(), Optional.of(time), 4, IntegrityCheck.AUTO);
  }
}
