package io.litestream.core.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream.core.layout.LtxLayout;
import io.litestream.core.ltx.LtxBytes;
import io.litestream.core.position.TxId;
import io.litestream.core.replica.FixedStore;
import io.litestream.core.replica.LtxFile;
import io.litestream.core.replica.LtxReader;
import io.litestream.core.restore.RestoreException.Kind;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Files are written as {@code level:first-last}; unless a test says otherwise, transaction n was
 * made n seconds after the beginning.
 */
class LtxPlanTest {

  private static final Instant START = Instant.parse("2026-11-23T00:00:00Z");
  private static final LtxReader READER = new LtxReader("file", new FixedStore());

  private static Instant time(LtxFile file) {
    return START.plusSeconds(file.last().number());
  }

  private static List<LtxFile> files(String text) {
    List<LtxFile> files = new ArrayList<>();
    for (String word : List.of(text.split(" ", -1))) {
      List<Integer> numbers = Arrays.stream(word.split("[:-]", -1)).map(Integer::valueOf).toList();
      int level = numbers.get(0);
      int first = numbers.get(1);
      int last = numbers.get(2);
      files.add(
          new LtxFile(
              LtxLayout.LEVELS + level + "/" + LtxBytes.name(first, last),
              level,
              new TxId(first),
              new TxId(last),
              200,
              START));
    }
    return files;
  }

  private static String text(LtxPlan plan) {
    List<String> words = new ArrayList<>();
    for (LtxFile file : plan.files()) {
      words.add(file.level() + ":" + file.first().number() + "-" + file.last().number());
    }
    return String.join(" ", words);
  }

  private static LtxPlan plan(String files, int txId, int seconds) throws RestoreException {
    return LtxPlan.compute(READER, files(files), request(txId, seconds), LtxPlanTest::time);
  }

  private static LtxRestoreRequest request(int txId, int seconds) {
    return new LtxRestoreRequest(
        Path.of("app.db"),
        txId == 0 ? Optional.empty() : Optional.of(new TxId(txId)),
        seconds == 0 ? Optional.empty() : Optional.of(START.plusSeconds(seconds)),
        1,
        IntegrityCheck.AUTO);
  }

  /** A transaction or time of 0 stands for none. */
  @ParameterizedTest
  @CsvSource({
    // files, transaction, time, plan
    "9:1-3, 0, 0, 9:1-3",
    "0:1-1 0:2-2, 0, 0, 0:1-1 0:2-2",
    "9:1-3 9:1-5 0:4-4 0:5-5 0:6-6, 0, 0, 9:1-5 0:6-6",
    // The one that leads furthest, at whatever level; of two that lead equally far the longer one.
    "9:1-3 0:4-4 0:5-5 0:6-6 1:4-6 2:1-6, 0, 0, 9:1-3 2:1-6",
    "9:1-3 1:4-6 2:4-6, 0, 0, 9:1-3 2:4-6",
    "9:1-3 2:4-9 1:7-9 1:10-12 0:13-13, 0, 0, 9:1-3 2:4-9 1:10-12 0:13-13",
    // A file may begin before the state it is applied to.
    "9:1-5 1:4-8, 0, 0, 9:1-5 1:4-8",
    // Left over from before the snapshot: of no use, and no gap.
    "9:1-9 0:2-2 0:4-4, 0, 0, 9:1-9",
    "9:1-3 0:4-4 0:5-5 1:4-6, 5, 0, 9:1-3 0:4-4 0:5-5",
    "9:1-3 9:1-6 0:4-4, 4, 0, 9:1-3 0:4-4",
    "9:1-6, 6, 0, 9:1-6",
    "9:1-3 9:1-6 0:4-4 0:5-5, 0, 4, 9:1-3 0:4-4",
    "9:1-3 0:4-4 1:4-6, 0, 5, 9:1-3 0:4-4",
    "9:1-3, 0, 3, 9:1-3",
    "9:1-3 0:4-4, 0, 100, 9:1-3 0:4-4",
    // The gap is after the wanted point.
    "9:1-3 0:4-4 0:6-6, 4, 0, 9:1-3 0:4-4",
    "9:1-3 0:4-4 0:6-6, 0, 5, 9:1-3 0:4-4"
  })
  void choosesTheShortestWay(String files, int txId, int seconds, String expected)
      throws Exception {
    assertThat(text(plan(files, txId, seconds))).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "9:1-3 0:5-5 | 0 | 0 | DAMAGED | transactions 0000000000000004 to 0000000000000004 are missing before ltx/0/0000000000000005-0000000000000005.ltx; -txid 0000000000000003 restores",
        "9:1-3 0:5-5 | 5 | 0 | DAMAGED | transactions 0000000000000004 to 0000000000000004 are missing",
        "9:1-3 0:5-5 | 0 | 5 | DAMAGED | transactions 0000000000000004 to 0000000000000004 are missing",
        "1:4-6 | 0 | 0 | DAMAGED | 0000000000000001 to 0000000000000003 are missing before ltx/1/0000000000000004-0000000000000006.ltx; no whole database is left",
        "9:1-3 1:4-6 | 7 | 0 | NOT_RESTORABLE | cannot restore transaction 0000000000000007 from replica 'file': the newest one is 0000000000000006",
        "9:1-3 1:4-6 | 5 | 0 | NOT_RESTORABLE | compacted with others; the nearest ones are 0000000000000003 and 0000000000000006",
        "9:1-3 | 2 | 0 | NOT_RESTORABLE | compacted with others; the nearest one is 0000000000000003",
        "9:1-3 1:4-6 | 0 | 2 | NOT_RESTORABLE | the oldest one is of 2026-11-23T00:00:03Z, transaction 0000000000000003"
      })
  void saysWhyThereIsNoWay(String files, int txId, int seconds, Kind kind, String words) {
    assertThatThrownBy(() -> plan(files, txId, seconds))
        .hasMessageContaining(words)
        .hasMessageNotContaining("\n")
        .isInstanceOfSatisfying(RestoreException.class, e -> assertThat(e.kind()).isEqualTo(kind));
  }

  /** A clock that was set back makes later transactions seem earlier; that is no gap. */
  @Test
  void whatComesAfterATransactionThatIsTooLateIsNotTaken() throws Exception {
    Function<LtxFile, Instant> setBack =
        file -> START.plusSeconds(file.last().number() == 4 ? 100 : 1);

    LtxPlan plan =
        LtxPlan.compute(READER, files("9:1-3 0:4-4 0:5-5 0:6-6"), request(0, 50), setBack);

    assertThat(text(plan)).isEqualTo("9:1-3");
  }

  @Test
  void asksForTheTimesOfFewFiles() throws Exception {
    StringBuilder text = new StringBuilder("9:1-1000");
    for (int i = 1001; i <= 3000; i++) {
      text.append(" 0:").append(i).append('-').append(i);
    }
    for (int i = 1001; i <= 2901; i += 100) {
      text.append(" 1:").append(i).append('-').append(i + 99);
    }
    Set<LtxFile> asked = new TreeSet<>(Comparator.comparing(LtxFile::key));

    LtxPlan plan =
        LtxPlan.compute(
            READER,
            files(text.toString()),
            request(0, 2503),
            file -> {
              asked.add(file);
              return time(file);
            });

    assertThat(plan.last()).isEqualTo(new TxId(2503));
    assertThat(asked.size()).isLessThan(25);
  }

  @Test
  void knowsTheStateToBeginWithBeforeItsSnapshot() throws Exception {
    assertThat(plan("9:1-3 9:1-6 9:1-9 0:10-10", 0, 0).earlier()).contains(new TxId(6));
    assertThat(plan("9:1-3 0:4-4", 0, 0).earlier()).isEmpty();
  }
}
