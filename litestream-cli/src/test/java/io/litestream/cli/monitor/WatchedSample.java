package io.litestream.cli.monitor;

import io.litestream.core.DatabaseOptions;
import io.litestream.core.DatabaseStatus;
import io.litestream.core.ReplicaOptions;
import io.litestream.core.position.Generation;
import io.litestream.core.position.Position;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A database {@code /app.db} with one replica {@code s3}, in a state of choice. */
final class WatchedSample {

  static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  static final String SECRET = "wJalrXUtnFEMI";
  static final Generation GENERATION = new Generation("4c994ccc40a5ba03");

  private Duration lag = Duration.ZERO;
  private Optional<Instant> lastSync = Optional.of(NOW);
  private Optional<String> databaseError = Optional.empty();
  private Optional<String> error = Optional.empty();
  private Optional<Instant> retryAt = Optional.empty();
  private DatabaseStatus.Drill drill = DatabaseStatus.Drill.NONE;
  private boolean present = true;

  WatchedSample lag(Duration value) {
    lag = value;
    return this;
  }

  WatchedSample neverSynced() {
    lastSync = Optional.empty();
    return this;
  }

  WatchedSample databaseError(String message) {
    databaseError = Optional.of(message);
    return this;
  }

  WatchedSample error(String message, Instant retry) {
    error = Optional.of(message);
    retryAt = Optional.of(retry);
    return this;
  }

  WatchedSample drill(Optional<String> failure) {
    drill =
        new DatabaseStatus.Drill(
            Optional.of(NOW), Duration.ofSeconds(3), failure, Optional.of(NOW.plusSeconds(3600)));
    return this;
  }

  WatchedSample missing() {
    present = false;
    lastSync = Optional.empty();
    return this;
  }

  Watched get() {
    ReplicaOptions replica =
        new ReplicaOptions("s3", "s3", Map.of("secret-access-key", SECRET), Duration.ofSeconds(10));
    return new Watched(
        DatabaseOptions.of(Path.of("/app.db"), replica),
        new DatabaseStatus(
            Path.of("/app.db"),
            present,
            Optional.of(new Position(GENERATION, 3, 8272)),
            databaseError,
            List.of(
                new DatabaseStatus.Replica(
                    "s3",
                    Optional.of(new Position(GENERATION, 3, 4152)),
                    lag,
                    4120,
                    lastSync,
                    error,
                    retryAt,
                    new DatabaseStatus.Retention(
                        Optional.of(Instant.parse("2026-11-25T10:00:00Z")),
                        Optional.of(Instant.parse("2026-11-25T11:00:00Z")),
                        Optional.of("delete failed for 3 of 3 objects"),
                        3,
                        Map.of("AccessDenied", 3)),
                    drill,
                    Optional.of(new DatabaseStatus.Lease(true, 7, Optional.empty()))))));
  }
}
