package io.litestream.cli.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CostTest {

  private static final Offset<Double> NEAR = within(1e-6);
  private static final Duration DAY = Duration.ofDays(1);

  private static Forecast forecast(
      long syncSeconds, long snapshotHours, long retentionHours, double commits) {
    return new Forecast(
        Duration.ofSeconds(syncSeconds),
        snapshotHours == 0 ? Optional.empty() : Optional.of(Duration.ofHours(snapshotHours)),
        retentionHours == 0 ? Optional.empty() : Optional.of(Duration.ofHours(retentionHours)),
        Duration.ofHours(1),
        commits,
        8_640_000,
        1_000_000,
        0.5,
        Optional.empty());
  }

  @ParameterizedTest
  @CsvSource({
    // sync s, snapshot h, retention h, commits/s, PUT, LIST, DELETE in 30 days
    "1, 0, 24, 100, 2592030, 2640, 2640", // 30 passes of 1 + 87 pages
    "10, 0, 24, 100, 259230, 300, 300", // 30 passes of 1 + 9 pages
    "1, 6, 24, 0.5, 1296120, 1440, 1440", // 120 passes of 1 + 11 pages
    "1, 0, 24, 0, 0, 0, 0", // nothing is written
    "1, 0, 0, 1, 2592000, 0, 0", // nothing is deleted
    "60, 1, 24, 1, 43920, 1440, 1440", // 720 passes of 1 + 1 pages
  })
  void requestsFollowFromSettings(
      long sync,
      long snapshot,
      long retention,
      double commits,
      double puts,
      double lists,
      double deletes) {
    Usage usage = forecast(sync, snapshot, retention, commits).usage();

    assertThat(usage.puts()).isCloseTo(puts, NEAR);
    assertThat(usage.lists()).isCloseTo(lists, NEAR);
    assertThat(usage.deletes()).isCloseTo(deletes, NEAR);
    assertThat(usage.gets()).isZero();
  }

  @Test
  void aLargeSnapshotTakesARequestForEachPart() {
    Forecast small = forecast(1, 24, 24, 1);
    Forecast large =
        new Forecast(
            small.syncInterval(),
            small.snapshotInterval(),
            small.retention(),
            small.checkInterval(),
            small.commitsPerSecond(),
            small.walBytesPerDay(),
            100 << 20,
            0.5,
            Optional.empty());

    // 10 parts, a beginning and an end, for each of 30 snapshots.
    assertThat(large.usage().puts() - small.usage().puts()).isCloseTo(30 * (12 - 1), NEAR);
  }

  @Test
  void aLeaseIsRenewedThreeTimesInItsTime() {
    Forecast without = forecast(1, 24, 24, 1);
    Forecast with =
        new Forecast(
            without.syncInterval(),
            without.snapshotInterval(),
            without.retention(),
            without.checkInterval(),
            without.commitsPerSecond(),
            without.walBytesPerDay(),
            without.databaseBytes(),
            without.compression(),
            Optional.of(Duration.ofSeconds(30)));

    assertThat(with.usage().puts() - without.usage().puts()).isCloseTo(8640 * 30, NEAR);
    assertThat(with.usage().lists() - without.usage().lists()).isCloseTo(144 * 30, NEAR);
  }

  @ParameterizedTest
  @CsvSource({
    // snapshot h, retention h, commits/s, bytes: 100 B/s of WAL, 1 MB each snapshot, halved
    "24, 24, 1, 7480000", // 36 h of WAL, 2 snapshots
    "6, 24, 1, 7360000", // 27 h of WAL, 5 snapshots
    "0, 0, 1, 130100000", // all of a month, the first snapshot
  })
  void whatIsKeptFollowsFromRetention(
      long snapshot, long retention, double commits, double stored) {
    assertThat(forecast(1, snapshot, retention, commits).usage().storedBytes())
        .isCloseTo(stored, NEAR);
  }

  @Test
  void whatWasCountedIsTakenForAMonth() {
    assertThat(Usage.measured(86_400, 10, 1, 2, 5, DAY))
        .isEqualTo(new Usage(2_592_000, 300, 30, 60, 5));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Usage.measured(1, 1, 1, 1, 0, Duration.ZERO));
  }

  @Test
  void moneyIsRequestsByTheThousandAndBytesByTheGigabyte() {
    Prices prices = new Prices(0.005, 0.004, 0.0004, 0.001, 0.02);
    Usage usage = new Usage(2_592_000, 1_000, 10_000, 2_000, 3e9);

    assertThat(prices.ofRequests(usage)).isCloseTo(12.96 + 0.004 + 0.004 + 0.002, NEAR);
    assertThat(prices.ofStorage(usage)).isCloseTo(0.06, NEAR);
    assertThat(prices.of(usage)).isCloseTo(13.03, NEAR);
  }

  @Test
  void aFileOverridesAndAddsPrices() throws IOException {
    Map<String, Prices> prices =
        Prices.overriddenBy(
            "{\"s3\": {\"put\": 1, \"list\": 2, \"get\": 3, \"delete\": 4, \"storage\": 5},"
                + " \"abs\": {\"put\": 0, \"list\": 0, \"get\": 0, \"delete\": 0, \"storage\": 1}}");

    assertThat(prices.get("s3")).isEqualTo(new Prices(1, 2, 3, 4, 5));
    assertThat(prices).containsKeys("abs", "gcs");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[]",
        "{\"s3\": 1}",
        "{\"s3\": {\"put\": 1}}",
        "{\"s3\": {\"put\": -1, \"list\": 2, \"get\": 3, \"delete\": 4, \"storage\": 5}}",
      })
  void aFileOfPricesIsCompleteOrRefused(String json) {
    assertThatThrownBy(() -> Prices.overriddenBy(json)).isInstanceOf(IOException.class);
  }
}
