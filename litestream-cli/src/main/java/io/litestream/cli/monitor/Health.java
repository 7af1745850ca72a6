package io.litestream.cli.monitor;

import io.litestream.cli.config.GoDuration;
import io.litestream.core.DatabaseStatus;
import io.litestream.core.ReplicaOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What is wrong with replication, judged from its status alone.
 *
 * @param problems one line each, naming database and replica; none if every replica is healthy
 * @param pending what has not come about since the start, in the same form
 */
public record Health(List<String> problems, List<String> pending) {

  public Health {
    problems = List.copyOf(problems);
    pending = List.copyOf(pending);
  }

  /**
   * Judges.
   *
   * @param maxLag how far a replica may be behind, beyond its sync interval
   */
  public static Health of(List<Watched> databases, Duration maxLag) {
    List<String> problems = new ArrayList<>();
    List<String> pending = new ArrayList<>();
    for (Watched database : databases) {
      database.forEachReplica(
          (options, replica) -> {
            String who = database.name() + ": replica '" + replica.name() + "' ";
            if (isLate(options, replica, maxLag)) {
              problems.add(
                  who
                      + "is "
                      + text(replica.lag())
                      + " behind, more than "
                      + text(maxLag.plus(options.syncInterval()))
                      + reason(database.status(), replica));
            }
            replica
                .drill()
                .error()
                .ifPresent(error -> problems.add(who + "failed its last restore drill: " + error));
            if (database.status().present() && replica.lastSync().isEmpty()) {
              pending.add(
                  who + "has not caught up since the start" + reason(database.status(), replica));
            }
          });
    }
    return new Health(problems, pending);
  }

  /**
   * Whether a replica is near enough, and no restore drill has shown that it cannot be restored.
   */
  static boolean isHealthy(
      ReplicaOptions options, DatabaseStatus.Replica replica, Duration maxLag) {
    return !isLate(options, replica, maxLag) && replica.drill().error().isEmpty();
  }

  /** Whether a replica is further behind than it may be. */
  private static boolean isLate(
      ReplicaOptions options, DatabaseStatus.Replica replica, Duration maxLag) {
    return replica.lag().compareTo(maxLag.plus(options.syncInterval())) > 0;
  }

  private static String reason(DatabaseStatus status, DatabaseStatus.Replica replica) {
    return status.error().or(replica::error).map(error -> ": " + error).orElse("");
  }

  private static String text(Duration duration) {
    return GoDuration.format(GoDuration.truncate(duration));
  }

  /** Whether every replica is near enough to its database, and none failed its last drill. */
  public boolean isHealthy() {
    return problems.isEmpty();
  }

  /** Whether every replica has caught up with its database once since the start. */
  public boolean isReady() {
    return pending.isEmpty();
  }
}
