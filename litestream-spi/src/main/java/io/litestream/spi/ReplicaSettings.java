package io.litestream.spi;

import io.litestream.spi.ReplicaException.Kind;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The settings of one replica, as its configuration or URL gives them. Hands out typed values and
 * remembers which keys were asked for, so that a key nobody reads is an error and not a silence.
 * Used by one thread.
 */
public final class ReplicaSettings {

  private final String type;
  private final Map<String, String> values;
  private final Set<String> read = new LinkedHashSet<>();

  /**
   * @param type the type of the replica, for messages
   * @param values by key, such as {@code path} or {@code force-path-style}
   */
  public ReplicaSettings(String type, Map<String, String> values) {
    this.type = type;
    this.values = new TreeMap<>(values);
  }

  /** The value of a key, if it is set and not empty. */
  public Optional<String> text(String key) {
    read.add(key);
    return Optional.ofNullable(values.get(key)).filter(value -> !value.isEmpty());
  }

  /**
   * The value of a key that must be set.
   *
   * @throws ReplicaException of kind {@code CONFIGURATION}, if it is not
   */
  public String required(String key) throws ReplicaException {
    Optional<String> value = text(key);
    if (value.isEmpty()) {
      throw configuration(key, "replica of type '" + type + "' needs '" + key + "'");
    }
    return value.get();
  }

  /**
   * The value of a switch: {@code true} or {@code false}.
   *
   * @param otherwise what it is if it is not set
   * @throws ReplicaException of kind {@code CONFIGURATION}, if it is anything else
   */
  public boolean flag(String key, boolean otherwise) throws ReplicaException {
    Optional<String> value = text(key);
    if (value.isEmpty()) {
      return otherwise;
    }
    return switch (value.get()) {
      case "true" -> true;
      case "false" -> false;
      default ->
          throw configuration(key, "'" + key + "' is true or false, not '" + value.get() + "'");
    };
  }

  /**
   * Ends the reading: every key that is set must have been asked for.
   *
   * @throws ReplicaException of kind {@code CONFIGURATION}, naming the first key that was not, and
   *     the nearest one that was
   */
  public void rejectUnread() throws ReplicaException {
    for (String key : values.keySet()) {
      if (!read.contains(key)) {
        throw configuration(
            key,
            "replica of type '"
                + type
                + "' has no setting '"
                + key
                + "'"
                + nearest(key, read).map(name -> "; did you mean '" + name + "'?").orElse(""));
      }
    }
  }

  private static ReplicaException configuration(String key, String detail) {
    return new ReplicaException(Kind.CONFIGURATION, "configure", key, null, detail, null);
  }

  /**
   * The name that resembles a mistyped one most, if one is near enough to suggest: at most a third
   * of its characters differ.
   */
  public static Optional<String> nearest(String mistyped, Set<String> names) {
    return names.stream()
        .min(Comparator.comparingInt(name -> distance(mistyped, name)))
        .filter(name -> distance(mistyped, name) * 3 <= Math.max(mistyped.length(), name.length()));
  }

  /** Levenshtein's distance: insertions, deletions and replacements of single characters. */
  private static int distance(String a, String b) {
    int[] previous = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] current = new int[b.length() + 1];
      current[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        current[j] = Math.min(replaced, Math.min(previous[j], current[j - 1]) + 1);
      }
      previous = current;
    }
    return previous[b.length()];
  }

  /** Names the type and the keys that are set, never their values: one may be a secret. */
  @Override
  public String toString() {
    return "ReplicaSettings[" + type + ", " + values.keySet() + "]";
  }
}
