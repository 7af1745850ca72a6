package io.litestream.cli.config;

import io.litestream.spi.ReplicaSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * One mapping of the file. Hands out typed values, every problem with its line and column, and
 * remembers which keys were asked for.
 */
final class YamlMapping {

  /** Stands for the keys of another mapping, as in YAML 1.1. */
  private static final String MERGE = "<<";

  /** More than any sensible chain of merges; ends those that go in circles. */
  private static final int MAX_MERGE_DEPTH = 16;

  private final String file;
  private final Variables variables;
  private final String what;
  private final Place place;
  private final Map<String, NodeTuple> entries = new LinkedHashMap<>();
  private final Set<String> known = new LinkedHashSet<>();

  private YamlMapping(String file, Variables variables, String what, Place place) {
    this.file = file;
    this.variables = variables;
    this.what = what;
    this.place = place;
  }

  /**
   * The mapping that a node holds; none at all counts as an empty one.
   *
   * @param what it describes, for messages, such as {@code a replica}
   */
  static YamlMapping of(String file, Variables variables, String what, @Nullable Node node)
      throws ConfigurationException {
    Place place = node == null ? new Place(file, 1, 1) : Place.of(file, node.getStartMark());
    YamlMapping mapping = new YamlMapping(file, variables, what, place);
    if (node != null && !mapping.isNothing(node)) {
      mapping.read(node, 0);
    }
    return mapping;
  }

  private void read(Node node, int depth) throws ConfigurationException {
    if (!(node instanceof MappingNode keys)) {
      throw new ConfigurationException(
          at(node), what + " is written as 'key: value' lines, not as " + kind(node));
    }
    if (depth > MAX_MERGE_DEPTH) {
      throw new ConfigurationException(at(node), "too many '<<' inside each other");
    }
    List<Node> merged = new ArrayList<>();
    Set<String> own = new LinkedHashSet<>();
    for (NodeTuple entry : keys.getValue()) {
      if (!(entry.getKeyNode() instanceof ScalarNode)) {
        throw new ConfigurationException(at(entry.getKeyNode()), "a key must be a plain word");
      }
      String key = ((ScalarNode) entry.getKeyNode()).getValue();
      if (!own.add(key)) {
        throw new ConfigurationException(
            at(entry.getKeyNode()), "'" + key + "' is given twice in " + what);
      }
      if (key.equals(MERGE)) {
        merged.addAll(
            entry.getValueNode() instanceof SequenceNode
                ? ((SequenceNode) entry.getValueNode()).getValue()
                : List.of(entry.getValueNode()));
      } else {
        entries.putIfAbsent(key, entry);
      }
    }
    for (Node other : merged) {
      read(other, depth + 1);
    }
  }

  /** Where the mapping begins. */
  Place place() {
    return place;
  }

  /** Where the value of a key is; where the mapping begins, if the key is not given. */
  Place placeOf(String key) {
    NodeTuple entry = entries.get(key);
    return entry == null ? place : at(entry.getValueNode());
  }

  private Place at(Node node) {
    return Place.of(file, node.getStartMark());
  }

  /** The keys that are given and that nobody has asked for, in the order of the file. */
  List<String> unreadKeys() {
    return entries.keySet().stream().filter(key -> !known.contains(key)).toList();
  }

  /** Whether a key is given and has a value. */
  boolean has(String key) {
    return value(key) != null;
  }

  private @Nullable Node value(String key) {
    known.add(key);
    NodeTuple entry = entries.get(key);
    return entry == null || isNothing(entry.getValueNode()) ? null : entry.getValueNode();
  }

  /** Whether a node is left out, as in {@code dbs:} with nothing behind it, or {@code null}. */
  private boolean isNothing(Node node) {
    if (!(node instanceof ScalarNode scalar)) {
      return false;
    }
    return scalar.isPlain()
        && (scalar.getValue().isEmpty()
            || scalar.getValue().equals("~")
            || scalar.getValue().equals("null"));
  }

  /** The text of a scalar, variables expanded. */
  Optional<String> text(String key) throws ConfigurationException {
    Node node = value(key);
    return node == null ? Optional.empty() : Optional.of(scalar(key, node));
  }

  private String scalar(String key, Node node) throws ConfigurationException {
    if (!(node instanceof ScalarNode scalar)) {
      throw new ConfigurationException(
          at(node), "'" + key + "' takes one value, not " + kind(node));
    }
    return variables.expand(scalar.getValue());
  }

  /** The text of a scalar that must be given and not be empty. */
  String requiredText(String key) throws ConfigurationException {
    Optional<String> text = text(key);
    if (text.isEmpty() || text.get().isEmpty()) {
      rejectMistyped(key);
      throw new ConfigurationException(placeOf(key), what + " needs a '" + key + "'" + unset(key));
    }
    return text.get();
  }

  /** A key that is missing may be there with a mistake in its name. */
  private void rejectMistyped(String key) throws ConfigurationException {
    for (String other : unreadKeys()) {
      if (!entries.containsKey(key) && ReplicaSettings.nearest(other, Set.of(key)).isPresent()) {
        throw unknown(other, "; did you mean '" + key + "'?");
      }
    }
  }

  /** Why a value may be empty that does not look so in the file. */
  private String unset(String key) {
    return unset(value(key));
  }

  private static String unset(@Nullable Node node) {
    return node instanceof ScalarNode scalar && Variables.isMarked(scalar.getValue())
        ? "; the environment variable it refers to is not set"
        : "";
  }

  /** A duration as Go writes it, not negative. */
  Optional<Duration> duration(String key) throws ConfigurationException {
    Optional<String> text = text(key);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    Duration duration;
    try {
      duration = GoDuration.parse(text.get());
    } catch (IllegalArgumentException e) {
      throw problem(key, "is not a duration: '" + text.get() + "' (" + e.getMessage() + ")");
    }
    if (duration.isNegative()) {
      throw problem(key, "must not be negative: '" + text.get() + "'");
    }
    return Optional.of(duration);
  }

  /** A duration above zero. */
  Optional<Duration> positiveDuration(String key) throws ConfigurationException {
    Optional<Duration> duration = duration(key);
    if (duration.isPresent() && duration.get().isZero()) {
      throw problem(key, "must be longer than zero");
    }
    return duration;
  }

  /** A whole number from 1 on. */
  Optional<Integer> positiveInteger(String key) throws ConfigurationException {
    return integer(key, 1);
  }

  /** A whole number from 0 on; 0 if the key is not given. */
  int count(String key) throws ConfigurationException {
    return integer(key, 0).orElse(0);
  }

  private Optional<Integer> integer(String key, int least) throws ConfigurationException {
    Optional<String> text = text(key);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      int number = Integer.parseInt(text.get());
      if (number >= least) {
        return Optional.of(number);
      }
    } catch (NumberFormatException e) {
      // Said below, for every text that is no such number.
    }
    throw problem(
        key,
        "is a whole number from "
            + least
            + " to "
            + Integer.MAX_VALUE
            + ", not '"
            + text.get()
            + "'");
  }

  /** {@code true} or {@code false}. */
  boolean flag(String key) throws ConfigurationException {
    return flag(key, false);
  }

  /** {@code true} or {@code false}, and what it is if nothing is said. */
  boolean flag(String key, boolean otherwise) throws ConfigurationException {
    String text = text(key).orElse(String.valueOf(otherwise));
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default -> throw problem(key, "is true or false, not '" + text + "'");
    };
  }

  /** The mapping under a key; empty if there is none. */
  YamlMapping mapping(String key, String description) throws ConfigurationException {
    return of(file, variables, description, value(key));
  }

  /** The mappings in a list; none, if the key is not given. */
  List<YamlMapping> mappings(String key, String description) throws ConfigurationException {
    List<YamlMapping> mappings = new ArrayList<>();
    for (Node node : sequence(key)) {
      mappings.add(of(file, variables, description, node));
    }
    return mappings;
  }

  /**
   * One text of a list.
   *
   * @param text variables expanded
   * @param hint why it may be empty though it does not look so in the file; else empty
   */
  record Item(Place place, String text, String hint) {}

  /** The texts in a list; none, if the key is not given. */
  List<Item> items(String key) throws ConfigurationException {
    List<Item> items = new ArrayList<>();
    for (Node node : sequence(key)) {
      items.add(new Item(at(node), scalar(key, node), unset(node)));
    }
    return items;
  }

  private List<Node> sequence(String key) throws ConfigurationException {
    Node node = value(key);
    if (node == null) {
      return List.of();
    }
    if (!(node instanceof SequenceNode items)) {
      throw new ConfigurationException(
          at(node), "'" + key + "' is a list, each item on a line that begins with '-'");
    }
    return items.getValue();
  }

  /** The value of a key is unusable. */
  ConfigurationException problem(String key, String problem) {
    return new ConfigurationException(placeOf(key), "'" + key + "' " + problem);
  }

  /**
   * Ends the reading: every key that is given must have been asked for.
   *
   * @throws ConfigurationException at the first one that was not, with the nearest known name, or
   *     all of them
   */
  void rejectUnread() throws ConfigurationException {
    for (String key : unreadKeys()) {
      throw unknown(
          key,
          ReplicaSettings.nearest(key, known)
              .map(name -> "; did you mean '" + name + "'?")
              .orElse("; there are: " + String.join(", ", new TreeSet<>(known))));
    }
  }

  /** That a key is not known here, and what may be meant. */
  ConfigurationException unknown(String key, String hint) {
    NodeTuple entry = entries.get(key);
    Place at = entry == null ? place : at(entry.getKeyNode());
    return new ConfigurationException(at, "unknown key '" + key + "' in " + what + hint);
  }

  private static String kind(Node node) {
    return switch (node.getNodeType()) {
      case MAPPING -> "a group of keys";
      case SEQUENCE -> "a list";
      case SCALAR -> "a single value";
      case ANCHOR -> "an alias";
    };
  }
}
