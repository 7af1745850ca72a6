package io.litestream.cli.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HealthTest {

  private static final Duration MAX_LAG = Duration.ofMinutes(5);

  private static Health of(WatchedSample sample) {
    return Health.of(List.of(sample.get()), MAX_LAG);
  }

  @Test
  void nothingToReplicateIsHealthy() {
    assertThat(Health.of(List.of(), MAX_LAG)).isEqualTo(new Health(List.of(), List.of()));
  }

  @Test
  void aReplicaMayBeBehindByTheLimitAndItsInterval() {
    Duration limit = MAX_LAG.plusSeconds(10);

    assertThat(of(new WatchedSample().lag(limit)).isHealthy()).isTrue();
    assertThat(of(new WatchedSample().lag(limit.plusMillis(1))).problems())
        .containsExactly("/app.db: replica 's3' is 5m10s behind, more than 5m10s");
  }

  @Test
  void theReasonIsSaid() {
    Duration hour = Duration.ofHours(1);
    WatchedSample denied =
        new WatchedSample().lag(hour).error("write k: refused (AccessDenied)", WatchedSample.NOW);

    assertThat(of(denied).problems())
        .containsExactly(
            "/app.db: replica 's3' is 1h0m0s behind, more than 5m10s:"
                + " write k: refused (AccessDenied)");
    assertThat(of(denied.databaseError("the database is locked")).problems().get(0))
        .endsWith(": the database is locked");
  }

  @Test
  void anErrorAloneIsNotYetAProblem() {
    assertThat(of(new WatchedSample().error("reset", WatchedSample.NOW)).isHealthy()).isTrue();
  }

  @Test
  void aFailedDrillIsAProblemUntilOneSucceeds() {
    assertThat(of(new WatchedSample().drill(Optional.of("1 of 9 pages differ"))).problems())
        .containsExactly(
            "/app.db: replica 's3' failed its last restore drill: 1 of 9 pages differ");
    assertThat(of(new WatchedSample().drill(Optional.empty())).isHealthy()).isTrue();
  }

  @Test
  void itIsReadyWhenEveryReplicaHasCaughtUpOnce() {
    assertThat(of(new WatchedSample()).isReady()).isTrue();
    assertThat(of(new WatchedSample().neverSynced().error("reset", WatchedSample.NOW)).pending())
        .containsExactly("/app.db: replica 's3' has not caught up since the start: reset");
  }

  @Test
  void aDatabaseThatDoesNotExistHoldsNothingUp() {
    Health health = of(new WatchedSample().missing());

    assertThat(health.isReady()).isTrue();
    assertThat(health.isHealthy()).isTrue();
  }
}
