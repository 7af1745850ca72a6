package io.litestream.core.restore;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.litestream.core.ltx.DatabaseChecksum;
import io.litestream.core.ltx.LtxBytes;
import io.litestream.core.position.TxId;
import io.litestream.core.restore.LtxReport.Stretch;
import io.litestream.spi.NoSuchObjectException;
import io.litestream.spi.ReplicaException;
import java.time.Instant;
import java.util.Arrays;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is found in replicas of the real Litestream v0.5, whole and damaged. */
class LtxVerifierTest {

  private static final Stretch ALL =
      new Stretch(
          new TxId(3),
          new TxId(0x35),
          Instant.parse("2026-11-25T10:24:28.202Z"),
          Instant.parse("2026-11-25T10:24:50.901Z"));

  private final GoldenReplica replica = GoldenReplica.load("blocks");

  private static String key(int level, long first, long last) {
    return "ltx/" + level + "/" + LtxBytes.name(first, last);
  }

  private void damage(String key) {
    byte[] bytes = requireNonNull(replica.store.objects.get(key));
    replica.store.put(key, Arrays.copyOf(bytes, bytes.length / 2), GoldenReplica.LISTED);
  }

  private LtxReport verify() throws Exception {
    return LtxVerifier.verify(replica.reader, 3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"blocks", "frames"})
  void findsNothingWrongWithWhatThePeerHasWritten(String name) throws Exception {
    LtxReport report = LtxVerifier.verify(GoldenReplica.load(name).reader, 3);

    assertThat(report.damages()).isEmpty();
    assertThat(report.snapshots()).isEqualTo(3);
    assertThat(report.files()).isEqualTo(25);
    assertThat(report.stretches())
        .singleElement()
        .satisfies(
            stretch -> {
              assertThat(stretch.first()).isEqualTo(new TxId(3));
              assertThat(stretch.last()).isEqualTo(new TxId(0x35));
            });
  }

  @Test
  void saysFromWhenToWhenOneCanRestore() throws Exception {
    assertThat(verify().stretches()).containsExactly(ALL);
  }

  @Test
  void namesEveryDamageAndGoesOnBehindIt() throws Exception {
    damage(key(0, 0x2f, 0x2f));
    damage(key(1, 4, 7));
    damage(key(9, 1, 0x14));

    LtxReport report = verify();

    // Other levels hold the same transactions.
    assertThat(report.stretches()).containsExactly(ALL);
    assertThat(report.damages())
        .containsExactly(
            key(0, 0x2f, 0x2f) + " is truncated",
            key(1, 4, 7) + " is truncated",
            key(9, 1, 0x14) + " is truncated");
  }

  @Test
  void whatDamageInterruptsHasSeveralStretches() throws Exception {
    damage(key(1, 0x15, 0x18));
    damage(key(2, 0x10, 0x21));

    assertThat(verify().stretches())
        .extracting(Stretch::first, Stretch::last)
        .containsExactly(tuple(new TxId(3), new TxId(0x14)), tuple(new TxId(0x28), new TxId(0x35)));
  }

  @Test
  void aGapAtTheEndIsDamage() throws Exception {
    replica.store.objects.remove(key(0, 0x33, 0x33));
    replica.store.objects.remove(key(1, 0x33, 0x35));

    LtxReport report = verify();

    assertThat(report.damages())
        .containsExactly(
            "transactions 0000000000000033 to 0000000000000033 are missing before "
                + key(0, 0x34, 0x34));
    assertThat(report.stretches()).extracting(Stretch::last).containsExactly(new TxId(0x32));
  }

  @Test
  void aGapThatALaterSnapshotEndsIsDamage() throws Exception {
    // All that leads from the snapshot of 3 to that of 0x14.
    replica
        .store
        .objects
        .keySet()
        .removeIf(key -> key.matches("ltx/[12]/00000000000000(04|08|0c|10)-.*"));

    LtxReport report = verify();

    assertThat(report.damages())
        .containsExactly(
            "transactions 0000000000000004 to 0000000000000014 are missing before "
                + key(1, 0x15, 0x18));
    assertThat(report.stretches())
        .extracting(Stretch::first, Stretch::last)
        .containsExactly(tuple(new TxId(3), new TxId(3)), tuple(new TxId(0x14), new TxId(0x35)));
  }

  @Test
  void withoutAWholeDatabaseNothingCanBeRestored() throws Exception {
    replica.store.objects.keySet().removeIf(key -> key.contains("/0000000000000001-"));

    assertThat(verify().stretches()).isEmpty();
  }

  @Test
  void aWholeDatabaseHasAllPages() throws Exception {
    String key = key(9, 1, 0x40);
    replica.store.put(
        key, new LtxBytes(512, 1, 0x40, 2).page(2, new byte[512]).bytes(), GoldenReplica.LISTED);

    assertThat(verify().damages())
        .containsExactly(key + " is incomplete: page 1 of a database of 2 pages is missing");
  }

  /** Files that v0.5 would not write, put where only they matter. */
  private LtxReport verifyOnly(LtxBytes... files) throws Exception {
    replica.store.objects.clear();
    for (int i = 0; i < files.length; i++) {
      replica.store.put(key(i == 0 ? 9 : 0, i + 1, i + 1), files[i].bytes(), GoldenReplica.LISTED);
    }
    return verify();
  }

  private static LtxBytes whole(long size) {
    LtxBytes bytes = new LtxBytes(512, 1, 1, size);
    for (long page = 1; page <= size; page++) {
      bytes.page(page, new byte[512]);
    }
    return bytes;
  }

  private static LtxBytes change(long size, long... pages) {
    LtxBytes bytes = new LtxBytes(512, 2, 2, size);
    for (long page : pages) {
      bytes.page(page, new byte[512]);
    }
    return bytes;
  }

  @Test
  void aFileHoldsEveryPageByWhichTheDatabaseGrows() throws Exception {
    assertThat(verifyOnly(whole(2), change(4, 1, 3, 4)).damages()).isEmpty();
    assertThat(verifyOnly(whole(4), change(2, 1)).damages()).isEmpty();
    assertThat(verifyOnly(whole(2), change(4, 1, 4)).damages())
        .containsExactly(
            key(0, 2, 2) + " is incomplete: page 3 of a database of 4 pages is missing");
    assertThat(verifyOnly(whole(2), change(3, 1, 2)).damages())
        .containsExactly(
            key(0, 2, 2) + " is incomplete: page 3 of a database of 3 pages is missing");
  }

  @Test
  void databaseChecksumsAreComparedWhereTheyAreKept() throws Exception {
    DatabaseChecksum sum = new DatabaseChecksum();
    sum.add(1, new byte[512], 0, 512);
    sum.add(2, new byte[512], 0, 512);
    long other = sum.value() ^ 1;
    LtxBytes right = whole(2).checksums(OptionalLong.empty(), sum.value());

    assertThat(verifyOnly(right).damages()).isEmpty();
    assertThat(verifyOnly(whole(2).checksums(OptionalLong.empty(), other)).damages())
        .singleElement()
        .asString()
        .contains("holds a database with checksum");
    LtxReport report =
        verifyOnly(right, change(2, 1).checksums(OptionalLong.of(other), sum.value()));
    assertThat(report.damages())
        .singleElement()
        .asString()
        .startsWith(key(0, 2, 2) + " continues a database with checksum");
    assertThat(report.stretches()).extracting(Stretch::last).containsExactly(new TxId(1));
  }

  @Test
  void aFileHoldsWhatItsNameSays() throws Exception {
    String key = key(0, 0x36, 0x36);
    replica.store.put(
        key, requireNonNull(replica.store.objects.get(key(0, 0x35, 0x35))), GoldenReplica.LISTED);

    assertThat(verify().damages())
        .containsExactly(
            key
                + " holds transactions 0000000000000035 to 0000000000000035, not those of its name");
  }

  @Test
  void aFileThatIsCompactedAwayMeanwhileIsNoDamage() throws Exception {
    replica.store.opening =
        (key, content) -> {
          if (key.equals(key(0, 0x2e, 0x2e))) {
            throw new NoSuchObjectException(key, null);
          }
          return content;
        };

    LtxReport report = verify();

    assertThat(report.damages()).isEmpty();
    assertThat(report.files()).isEqualTo(24);
  }

  @Test
  void aStoreThatCannotBeReadIsNoDamage() {
    replica.store.opening =
        (key, content) -> {
          throw new ReplicaException(
              ReplicaException.Kind.DENIED, "open", key, "403", "denied", null);
        };

    assertThatThrownBy(this::verify).isInstanceOf(ReplicaException.class);
  }
}
