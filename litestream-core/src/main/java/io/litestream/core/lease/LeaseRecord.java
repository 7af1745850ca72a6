package io.litestream.core.lease;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * One epoch of a lease, as it lies in the replica.
 *
 * @param owner a meta directory, which one process at a time has: the next one there goes on with
 *     its lease
 * @param session one process that writes to the replica
 * @param ttl how long it holds without being renewed
 * @param released whether its holder has ended, so that nobody need wait
 * @param holder host and process, for people
 */
public record LeaseRecord(
    String owner, String session, Duration ttl, boolean released, String holder) {

  private static final String FIRST_LINE = "litestream lease 1";
  private static final Duration LONGEST_TTL = Duration.ofHours(1);

  /** Lines of {@code key=value} behind a first line that tells the format. */
  public byte[] toBytes() {
    String text =
        String.join(
            "\n",
            FIRST_LINE,
            "owner=" + owner,
            "session=" + session,
            "ttl-ms=" + ttl.toMillis(),
            "released=" + released,
            "holder=" + holder,
            "end",
            "");
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Reads one; empty if it is none, or not whole. */
  public static Optional<LeaseRecord> parse(byte[] bytes) {
    String[] lines = new String(bytes, StandardCharsets.UTF_8).split("\n", -1);
    if (lines.length < 2
        || !lines[0].equals(FIRST_LINE)
        || !lines[lines.length - 2].equals("end")) {
      return Optional.empty();
    }
    Map<String, String> values = new HashMap<>();
    for (String line : lines) {
      int equals = line.indexOf('=');
      if (equals > 0) {
        values.put(line.substring(0, equals), line.substring(equals + 1));
      }
    }
    String ttl = values.getOrDefault("ttl-ms", "");
    String owner = values.get("owner");
    String session = values.get("session");
    if (owner == null || session == null || !ttl.matches("[0-9]{1,9}")) {
      return Optional.empty();
    }
    Duration length = Duration.ofMillis(Long.parseLong(ttl));
    return Optional.of(
        new LeaseRecord(
            owner,
            session,
            // However long somebody wants it: nobody waits for ever.
            length.compareTo(LONGEST_TTL) > 0 ? LONGEST_TTL : length,
            "true".equals(values.get("released")),
            values.getOrDefault("holder", "unknown")));
  }
}
