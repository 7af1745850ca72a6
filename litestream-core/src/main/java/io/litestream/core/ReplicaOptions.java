package io.litestream.core;

import static java.util.Objects.requireNonNull;

import io.litestream.core.age.AgeKeys;
import io.litestream.spi.ReplicaException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where one replica of a database is kept, and how often it is brought up to date.
 *
 * @param name tells the replicas of one database apart, in logs, metrics and on the command line
 * @param type the adapter's type, such as {@code file}
 * @param settings as the adapter reads them, such as {@code path}; may hold secrets
 * @param syncInterval at most one upload per interval on average; the first commit after a quiet
 *     spell goes out at once
 * @param retention what is kept, and when there is a new snapshot
 * @param age with which keys its objects are encrypted, if at all
 * @param drills how often it is restored, to see that it can be
 * @param lease whether others are kept from writing to it
 */
public record ReplicaOptions(
    String name,
    String type,
    Map<String, String> settings,
    Duration syncInterval,
    RetentionOptions retention,
    AgeKeys age,
    DrillOptions drills,
    LeaseOptions lease) {

  /** The interval of replicas that set none. */
  public static final Duration DEFAULT_SYNC_INTERVAL = Duration.ofSeconds(1);

  public ReplicaOptions {
    requireNonNull(name, "name");
    requireNonNull(type, "type");
    requireNonNull(retention, "retention");
    requireNonNull(age, "age");
    requireNonNull(drills, "drills");
    requireNonNull(lease, "lease");
    settings = Map.copyOf(settings);
    if (name.isEmpty()) {
      throw new IllegalArgumentException("a replica's name must not be empty");
    }
    if (syncInterval.isNegative() || syncInterval.isZero()) {
      throw new IllegalArgumentException("sync interval must be positive, not " + syncInterval);
    }
  }

  /** A replica with the default retention, not encrypted, without drills and lease. */
  public ReplicaOptions(
      String name, String type, Map<String, String> settings, Duration syncInterval) {
    this(
        name,
        type,
        settings,
        syncInterval,
        RetentionOptions.DEFAULT,
        AgeKeys.NONE,
        DrillOptions.NONE,
        LeaseOptions.OFF);
  }

  /** This replica, with another retention. */
  public ReplicaOptions with(RetentionOptions other) {
    return new ReplicaOptions(name, type, settings, syncInterval, other, age, drills, lease);
  }

  /** This replica, encrypted with these keys. */
  public ReplicaOptions with(AgeKeys keys) {
    return new ReplicaOptions(name, type, settings, syncInterval, retention, keys, drills, lease);
  }

  /** This replica, with other drills. */
  public ReplicaOptions with(DrillOptions other) {
    return new ReplicaOptions(name, type, settings, syncInterval, retention, age, other, lease);
  }

  /** This replica, with a lease or without. */
  public ReplicaOptions with(LeaseOptions other) {
    return new ReplicaOptions(name, type, settings, syncInterval, retention, age, drills, other);
  }

  /** This replica, under another name. */
  public ReplicaOptions named(String other) {
    return new ReplicaOptions(other, type, settings, syncInterval, retention, age, drills, lease);
  }

  /** This replica, at a path below its own: its setting {@code path} is longer by that. */
  public ReplicaOptions below(String path) {
    Map<String, String> longer = new TreeMap<>(settings);
    String own = settings.getOrDefault("path", "");
    longer.put("path", own.isEmpty() || own.endsWith("/") ? own + path : own + "/" + path);
    return new ReplicaOptions(name, type, longer, syncInterval, retention, age, drills, lease);
  }

  /**
   * The replica at a URL, named after its type.
   *
   * @throws ReplicaException of kind {@code CONFIGURATION}, if no adapter knows the URL or it is
   *     malformed
   */
  public static ReplicaOptions of(String url) throws ReplicaException {
    ReplicaStores stores = ReplicaStores.installed();
    String type = stores.typeOf(url);
    return new ReplicaOptions(type, type, stores.parseUrl(url), DEFAULT_SYNC_INTERVAL);
  }

  /** Names the type and the settings that are given, never their values: one may be a secret. */
  @Override
  public String toString() {
    return "ReplicaOptions[name="
        + name
        + ", type="
        + type
        + ", settings="
        + new TreeMap<>(settings).keySet()
        + ", syncInterval="
        + syncInterval
        + ", retention="
        + retention
        + ", age="
        + age
        + ", drills="
        + drills
        + ", lease="
        + lease
        + "]";
  }
}
