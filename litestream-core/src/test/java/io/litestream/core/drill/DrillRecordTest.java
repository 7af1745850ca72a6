package io.litestream.core.drill;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream.core.ReplicaOptions;
import io.litestream.core.shadow.MetaDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DrillRecordTest {

  private static final Instant ENDED = Instant.parse("2026-11-25T12:00:00.123456789Z");
  private static final Duration ELAPSED = Duration.ofMillis(1234);
  private static final Map<String, String> SETTINGS =
      Map.of("bucket", "b", "path", "app", "access-key-id", "K1", "secret-access-key", "S1");

  @TempDir Path meta;

  private static ReplicaOptions replica(String name, Map<String, String> settings) {
    return new ReplicaOptions(name, "s3", settings, Duration.ofSeconds(1));
  }

  private static Map<String, String> with(String key, String value) {
    Map<String, String> settings = new TreeMap<>(SETTINGS);
    settings.put(key, value);
    return settings;
  }

  private static DrillRecord record(String error) {
    return DrillRecord.of(
        replica("s3", SETTINGS),
        ENDED,
        ELAPSED,
        error.isEmpty() ? Optional.empty() : Optional.of(error));
  }

  private void keep(DrillRecord record) throws IOException {
    Path file = MetaDirectory.drillRecord(meta, "s3");
    Files.createDirectories(file.resolveSibling(""));
    Files.write(file, record.toBytes());
  }

  @Test
  void isReadAsItWasKept() throws IOException {
    assertThat(DrillRecord.read(meta, replica("s3", SETTINGS))).isEmpty();
    for (DrillRecord record : new DrillRecord[] {record(""), record("3 of 9 pages differ: ä€")}) {
      keep(record);
      assertThat(DrillRecord.read(meta, replica("s3", SETTINGS))).contains(record);
      assertThat(DrillRecord.read(meta, replica("other", SETTINGS))).isEmpty();
    }
  }

  @Test
  void anErrorIsOneLineOfBoundedLength() {
    assertThat(record("first\nsecond\r\nthird").error()).contains("first second third");
    DrillRecord longest = record("€".repeat(100_000));
    assertThat(longest.error().orElseThrow()).hasSize(4_000);
    assertThat(DrillRecord.parse(longest.toBytes())).contains(longest);
  }

  @Test
  void everyByteCountsAndEveryCut() {
    byte[] whole = record("1 page differs").toBytes();
    for (int at = 0; at < whole.length; at++) {
      byte[] changed = whole.clone();
      changed[at] ^= 1;
      assertThat(DrillRecord.parse(changed)).as("byte " + at).isEmpty();
      assertThat(DrillRecord.parse(Arrays.copyOf(whole, at))).as("cut at " + at).isEmpty();
    }
    assertThat(DrillRecord.parse(Arrays.copyOf(whole, 1 << 20))).isEmpty();
  }

  @Test
  void whatWasFoundElsewhereSaysNothingOfAReplicaThatHasMoved() throws IOException {
    keep(record(""));

    assertThat(DrillRecord.read(meta, replica("s3", with("path", "app2")))).isEmpty();
    assertThat(DrillRecord.read(meta, replica("s3", with("bucket", "b2")))).isEmpty();
    assertThat(DrillRecord.read(meta, replica("s3", with("secret-access-key", "S2")))).isPresent();
  }
}
