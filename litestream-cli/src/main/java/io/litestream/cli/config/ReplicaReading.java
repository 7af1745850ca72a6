package io.litestream.cli.config;

import io.litestream.core.DrillOptions;
import io.litestream.core.LeaseOptions;
import io.litestream.core.LeaseOptions.Mode;
import io.litestream.core.ReplicaOptions;
import io.litestream.core.ReplicaStores;
import io.litestream.core.RetentionOptions;
import io.litestream.core.age.AgeKeys;
import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaSettings;
import java.nio.file.InvalidPathException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Turns the replicas of one database, as configured, into options. */
final class ReplicaReading {

  /** May also be given once for all S3 replicas, at the top of the file. */
  static final Set<String> CREDENTIALS = Set.of("access-key-id", "secret-access-key");

  /** Settings of each known type beside {@code path}. A type that is not here checks its own. */
  private static final Map<String, Set<String>> SETTINGS =
      Map.of(
          "file", Set.of(),
          "s3",
              Set.of(
                  "access-key-id",
                  "secret-access-key",
                  "session-token",
                  "region",
                  "bucket",
                  "endpoint",
                  "force-path-style",
                  "skip-verify",
                  "sign-payload",
                  "part-size",
                  "storage-class",
                  "sse-kms-key-id",
                  "sse-customer-key",
                  "sse-customer-key-path"),
          "gcs", Set.of("bucket"),
          "abs",
              Set.of(
                  "account-name",
                  "account-key",
                  "sas-token",
                  "connection-string",
                  "bucket",
                  "endpoint"),
          "sftp",
              Set.of(
                  "host",
                  "user",
                  "password",
                  "key-path",
                  "key-passphrase",
                  "host-key",
                  "known-hosts-path",
                  "skip-verify"));

  private final HomePath paths;
  private final ReplicaStores stores;
  private final Map<String, String> fallback;

  /**
   * @param fallback credentials for S3 replicas that have none of their own
   */
  ReplicaReading(HomePath paths, ReplicaStores stores, Map<String, String> fallback) {
    this.paths = paths;
    this.stores = stores;
    this.fallback = fallback;
  }

  List<ReplicaOptions> readAll(List<YamlMapping> replicas) throws ConfigurationException {
    List<ReplicaOptions> all = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (YamlMapping replica : replicas) {
      ReplicaOptions options = read(replica);
      if (!names.add(options.name())) {
        throw new ConfigurationException(
            replica.has("name") ? replica.placeOf("name") : replica.place(),
            "two replicas of one database are named '"
                + options.name()
                + "'; give each a 'name' of its own");
      }
      all.add(options);
    }
    return all;
  }

  private ReplicaOptions read(YamlMapping replica) throws ConfigurationException {
    Optional<String> url = replica.text("url").filter(text -> !text.isEmpty());
    Optional<String> path = replica.text("path").filter(text -> !text.isEmpty());
    Optional<String> given = replica.text("type").filter(text -> !text.isEmpty());
    if (url.isPresent() && path.isPresent()) {
      throw replica.problem("url", "and 'path' exclude each other; keep one of them");
    }
    String type = type(replica, url, given);
    Duration syncInterval =
        replica.positiveDuration("sync-interval").orElse(ReplicaOptions.DEFAULT_SYNC_INTERVAL);
    RetentionOptions retention = RetentionReading.read(replica);
    AgeKeys age = new AgeReading(paths).read(replica);
    DrillOptions drills = drills(replica);
    if (drills.interval().isPresent() && age.encrypts() && age.identities().isEmpty()) {
      throw replica.problem(
          "validation-interval",
          "needs one of 'identities' or 'identity-files' in 'age', to decrypt what is restored");
    }
    LeaseOptions lease = lease(replica);
    String name = replica.text("name").filter(text -> !text.isEmpty()).orElse(type);

    Map<String, String> settings = new TreeMap<>();
    if (type.equals("s3")) {
      settings.putAll(fallback);
    }
    if (url.isPresent()) {
      settings.putAll(parseUrl(replica, url.get()));
    } else if (type.equals("file")) {
      settings.put("path", filePath(replica));
    } else {
      path.ifPresent(text -> settings.put("path", text));
    }
    settings.putAll(ownSettings(replica, type));
    return new ReplicaOptions(name, type, settings, syncInterval, retention, age, drills, lease);
  }

  private static LeaseOptions lease(YamlMapping replica) throws ConfigurationException {
    String mode = replica.text("lease").filter(text -> !text.isEmpty()).orElse("off");
    Duration ttl = replica.duration("lease-ttl").orElse(LeaseOptions.DEFAULT_TTL);
    if (ttl.compareTo(LeaseOptions.MIN_TTL) < 0 || ttl.compareTo(LeaseOptions.MAX_TTL) > 0) {
      throw replica.problem("lease-ttl", "is from 1s to 1h");
    }
    return switch (mode) {
      case "off" -> new LeaseOptions(Mode.OFF, ttl);
      case "on" -> new LeaseOptions(Mode.ON, ttl);
      case "required" -> new LeaseOptions(Mode.REQUIRED, ttl);
      default -> throw replica.problem("lease", "is off, on or required, not '" + mode + "'");
    };
  }

  private String type(YamlMapping replica, Optional<String> url, Optional<String> given)
      throws ConfigurationException {
    String type = given.orElse("file");
    String key = "type";
    if (url.isPresent()) {
      key = "url";
      type = typeOfUrl(replica, url.get());
      if (given.isPresent() && !given.get().equals(type)) {
        throw replica.problem(
            "type",
            "says '" + given.get() + "', but the replica's 'url' is of type '" + type + "'");
      }
    }
    Set<String> types = stores.types();
    if (types.contains(type)) {
      return type;
    }
    if (SETTINGS.containsKey(type)) {
      throw replica.problem(
          key,
          "asks for a replica of type '"
              + type
              + "', which is not available yet; there are: "
              + String.join(", ", types));
    }
    throw replica.problem(
        key,
        "asks for a replica of unknown type '"
            + type
            + "'"
            + ReplicaSettings.nearest(type, types)
                .map(nearest -> "; did you mean '" + nearest + "'?")
                .orElse("; there are: " + String.join(", ", types)));
  }

  private String typeOfUrl(YamlMapping replica, String url) throws ConfigurationException {
    if (!ReplicaStores.isUrl(url)) {
      // Not quoted: a URL may hold a password, and this one could not be taken apart.
      throw replica.problem("url", "begins with a type, such as file:///var/backups/app");
    }
    String scheme = url.substring(0, url.indexOf("://"));
    if (SETTINGS.containsKey(scheme) && !stores.types().contains(scheme)) {
      return scheme;
    }
    try {
      return stores.typeOf(url);
    } catch (ReplicaException e) {
      throw replica.problem("url", "cannot be used: " + e.getMessage());
    }
  }

  private Map<String, String> parseUrl(YamlMapping replica, String url)
      throws ConfigurationException {
    try {
      return stores.parseUrl(url);
    } catch (ReplicaException e) {
      throw replica.problem("url", "cannot be used: " + e.getMessage());
    }
  }

  private String filePath(YamlMapping replica) throws ConfigurationException {
    try {
      return paths.resolve(replica.requiredText("path")).toString();
    } catch (InvalidPathException e) {
      throw replica.problem("path", "cannot be a path: " + e.getReason());
    }
  }

  private DrillOptions drills(YamlMapping replica) throws ConfigurationException {
    Optional<Duration> interval =
        replica.duration("validation-interval").filter(each -> !each.isZero());
    try {
      return new DrillOptions(
          interval,
          replica.text("validation-scratch").filter(t -> !t.isEmpty()).map(paths::resolve));
    } catch (InvalidPathException e) {
      throw replica.problem("validation-scratch", "cannot be a path: " + e.getReason());
    }
  }

  /** What only the adapter understands. */
  private static Map<String, String> ownSettings(YamlMapping replica, String type)
      throws ConfigurationException {
    Map<String, String> settings = new TreeMap<>();
    Set<String> names = SETTINGS.get(type);
    if (names == null) {
      // Another's adapter: it rejects what it does not know when it is opened.
      names = new TreeSet<>(replica.unreadKeys());
    }
    for (String key : names) {
      replica.text(key).filter(text -> !text.isEmpty()).ifPresent(text -> settings.put(key, text));
    }
    for (String key : replica.unreadKeys()) {
      List<String> others = typesWith(key);
      if (!others.isEmpty()) {
        throw replica.unknown(
            key,
            " of type '" + type + "'; it is for replicas of type " + String.join(", ", others));
      }
    }
    replica.rejectUnread();
    return settings;
  }

  private static List<String> typesWith(String key) {
    return SETTINGS.entrySet().stream()
        .filter(type -> type.getValue().contains(key))
        .map(Map.Entry::getKey)
        .sorted()
        .toList();
  }
}
