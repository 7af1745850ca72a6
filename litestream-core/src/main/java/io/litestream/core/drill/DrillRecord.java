package io.litestream.core.drill;

import static java.util.Objects.requireNonNull;

import io.litestream.core.ReplicaOptions;
import io.litestream.core.shadow.MetaDirectory;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;

/**
 * How the last restore drill of a replica ended, as it is kept on this machine's disk over
 * restarts.
 *
 * @param place a digest of where the replica was
 * @param ended when
 * @param elapsed how long it took
 * @param error why it failed, in one line; empty if it passed
 */
public record DrillRecord(String place, Instant ended, Duration elapsed, Optional<String> error) {

  /** The settings that say where a replica is; none of them is a secret. */
  private static final List<String> PLACE =
      List.of("endpoint", "host", "account-name", "bucket", "path");

  private static final String PASSED = "passed";
  private static final String FAILED = "failed ";
  private static final int MAX_ERROR = 4_000;

  /** Room for the longest error in UTF-8. */
  private static final int MAX_BYTES = 16 << 10;

  private static final int LINES = 4;

  public DrillRecord {
    requireNonNull(place, "place");
    requireNonNull(ended, "ended");
    requireNonNull(elapsed, "elapsed");
    error = error.map(DrillRecord::oneLine);
  }

  /** What a drill of a replica has come to. */
  public static DrillRecord of(
      ReplicaOptions replica, Instant ended, Duration elapsed, Optional<String> error) {
    return new DrillRecord(placeOf(replica), ended, elapsed, error);
  }

  private static String oneLine(String text) {
    String line = text.replaceAll("\\R", " ");
    return line.length() <= MAX_ERROR ? line : line.substring(0, MAX_ERROR);
  }

  /** A replica that is kept elsewhere from now on has not been put to the test there. */
  private static String placeOf(ReplicaOptions replica) {
    String place =
        PLACE.stream()
            .map(key -> replica.settings().getOrDefault(key, ""))
            .collect(Collectors.joining("\n", replica.type() + "\n", ""));
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(place.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /**
   * Reads what was kept.
   *
   * @param root the meta directory of the database
   * @return empty if nothing was, if it is damaged, or if the replica was at another place then
   */
  public static Optional<DrillRecord> read(Path root, ReplicaOptions replica) throws IOException {
    Path file = MetaDirectory.drillRecord(root, replica.name());
    try (InputStream in = Files.newInputStream(file)) {
      return parse(in.readNBytes(MAX_BYTES + 1))
          .filter(record -> record.place().equals(placeOf(replica)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** A checksum, and a line for each fact. */
  public byte[] toBytes() {
    String facts =
        String.join(
            "\n",
            place,
            ended.toString(),
            Long.toString(elapsed.toNanos()),
            error.map(text -> FAILED + text).orElse(PASSED));
    return (checksum(facts) + "\n" + facts + "\n").getBytes(StandardCharsets.UTF_8);
  }

  /** Empty if it is anything else than what {@link #toBytes} has made. */
  static Optional<DrillRecord> parse(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    int first = text.indexOf('\n');
    if (bytes.length > MAX_BYTES || first < 0 || !text.endsWith("\n")) {
      return Optional.empty();
    }
    String facts = text.substring(first + 1, Math.max(first + 1, text.length() - 1));
    String[] lines = facts.split("\n", -1);
    if (!text.substring(0, first).equals(checksum(facts)) || lines.length != LINES) {
      return Optional.empty();
    }
    String result = lines[3];
    boolean failed = result.startsWith(FAILED);
    if (!failed && !result.equals(PASSED)) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new DrillRecord(
              lines[0],
              Instant.parse(lines[1]),
              Duration.ofNanos(Long.parseLong(lines[2])),
              failed ? Optional.of(result.substring(FAILED.length())) : Optional.empty()));
    } catch (DateTimeException | NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static String checksum(String facts) {
    CRC32C crc = new CRC32C();
    crc.update(facts.getBytes(StandardCharsets.UTF_8));
    return "%08x".formatted(crc.getValue());
  }
}
