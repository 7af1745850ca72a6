package io.litestream.cli.running;

import io.litestream.cli.config.Configuration;
import io.litestream.core.DatabaseOptions;
import io.litestream.core.ReplicaOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * What is to be done so that a process replicates what another configuration says. Databases that
 * it says nothing new of are in none of the lists.
 *
 * @param end running, and not to be replicated any more
 * @param restart running, and to be replicated in another way
 * @param begin named by the configuration, and not running
 * @param needRestart keys at the top of the file whose new values only a new process takes
 */
record ReloadPlan(
    List<Path> end, List<Restart> restart, List<DatabaseOptions> begin, List<String> needRestart) {

  /** Settings of replicas that may be replaced because the old ones are no longer good. */
  private static final Set<String> CREDENTIALS =
      Set.of(
          "access-key-id",
          "secret-access-key",
          "session-token",
          "account-key",
          "sas-token",
          "connection-string",
          "user",
          "password",
          "key-path",
          "key-passphrase");

  /**
   * One that goes on in another way.
   *
   * @param newCredentials whether a replica has others now, so that the old ones may be void and
   *     nobody should wait for a last upload with them
   */
  record Restart(DatabaseOptions to, boolean newCredentials) {}

  ReloadPlan {
    end = List.copyOf(end);
    restart = List.copyOf(restart);
    begin = List.copyOf(begin);
    needRestart = List.copyOf(needRestart);
  }

  /**
   * Compares.
   *
   * @param now the configuration that is in effect
   * @param running what is replicated, and how
   * @param registered those that were added by hand: they stay, unless the configuration has them
   * @param stopped those that were stopped by hand: they stay stopped
   */
  static ReloadPlan compute(
      Configuration now,
      Configuration wanted,
      Map<Path, DatabaseOptions> running,
      Set<Path> registered,
      Set<Path> stopped) {
    List<Path> end = new ArrayList<>();
    List<Restart> restart = new ArrayList<>();
    for (DatabaseOptions from : running.values()) {
      Optional<DatabaseOptions> to = wanted.database(from.path());
      if (to.isEmpty()) {
        if (!registered.contains(from.path())) {
          end.add(from.path());
        }
      } else if (!to.get().equals(from)) {
        restart.add(new Restart(to.get(), hasNewCredentials(from, to.get())));
      }
    }
    List<DatabaseOptions> begin = new ArrayList<>();
    for (DatabaseOptions named : wanted.databases()) {
      if (!running.containsKey(named.path()) && !stopped.contains(named.path())) {
        begin.add(named);
      }
    }
    return new ReloadPlan(end, restart, begin, needRestart(now, wanted));
  }

  private static boolean hasNewCredentials(DatabaseOptions from, DatabaseOptions to) {
    for (ReplicaOptions before : from.replicas()) {
      for (ReplicaOptions after : to.replicas()) {
        if (after.name().equals(before.name()) && differ(before, after, CREDENTIALS)) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean differ(ReplicaOptions before, ReplicaOptions after, Set<String> settings) {
    return settings.stream()
        .anyMatch(key -> !Objects.equals(before.settings().get(key), after.settings().get(key)));
  }

  private static List<String> needRestart(Configuration now, Configuration wanted) {
    List<String> keys = new ArrayList<>();
    addIfChanged(keys, "exec", now.exec(), wanted.exec());
    addIfChanged(keys, "addr", now.monitoring().addr(), wanted.monitoring().addr());
    addIfChanged(keys, "max-lag", now.monitoring().maxLag(), wanted.monitoring().maxLag());
    addIfChanged(
        keys, "heartbeat-url", now.monitoring().heartbeatUrl(), wanted.monitoring().heartbeatUrl());
    addIfChanged(
        keys,
        "heartbeat-interval",
        now.monitoring().heartbeatInterval(),
        wanted.monitoring().heartbeatInterval());
    addIfChanged(keys, "socket", now.control(), wanted.control());
    return keys;
  }

  private static void addIfChanged(List<String> keys, String key, Object before, Object after) {
    if (!before.equals(after)) {
      keys.add(key);
    }
  }

  /** All that begin, or begin anew. */
  List<DatabaseOptions> beginning() {
    List<DatabaseOptions> all = new ArrayList<>(begin);
    restart.forEach(each -> all.add(each.to()));
    return all;
  }
}
