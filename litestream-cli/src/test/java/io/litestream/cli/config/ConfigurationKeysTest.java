package io.litestream.cli.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.litestream.core.ReplicaStores;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every key of the configuration, with a test in which changing it changes what happens. A key that
 * is added has to be listed in {@code keys.txt}, and so to have such a test.
 *
 * <p>A line there is a key, another value than the default, and the test. The keys of all replicas
 * are {@code replica.}, those of one type begin with that type.
 */
class ConfigurationKeysTest {

  private static final List<String> TYPES = List.of("file", "s3", "gcs", "abs", "sftp");
  private static final String UNKNOWN = "zzzzzzzzzz";
  private static final Pattern KNOWN = Pattern.compile("there are: (.*)");

  /** What a replica of each type cannot do without. */
  private static final Map<String, String> REQUIRED =
      Map.of(
          "file", "path: /r",
          "s3", "type: s3, bucket: b",
          "gcs", "type: gcs, bucket: b",
          "abs", "type: abs, bucket: b",
          "sftp", "type: sftp, host: h, user: u");

  /** One line of the list. */
  record Key(String place, String name, String value, String test) {

    static Key parse(String line) {
      String[] columns = line.split("\\s*\\|\\s*", -1);
      int dot = columns[0].indexOf('.');
      return new Key(
          dot < 0 ? "" : columns[0].substring(0, dot),
          columns[0].substring(dot + 1),
          columns[1],
          columns[2]);
    }

    String qualified() {
      return place.isEmpty() ? name : place + "." + name;
    }

    @Override
    public String toString() {
      return qualified();
    }
  }

  static List<Key> keys() throws IOException {
    return Files.readAllLines(Path.of("src/test/resources/io/litestream/cli/config/keys.txt"))
        .stream()
        .filter(line -> !line.isBlank() && !line.startsWith("#"))
        .map(Key::parse)
        .toList();
  }

  private static Configuration read(String yaml) throws IOException {
    ReplicaStores stores = FileType.stores(TYPES.toArray(String[]::new));
    return new ConfigurationReader(Map.of(), true, new HomePath(Path.of("/")), stores)
        .read("l.yml", yaml.getBytes(StandardCharsets.UTF_8));
  }

  private static String replica(String type, String more) {
    return "dbs: [{path: /a.db, replicas: [{" + REQUIRED.get(type) + more + "}]}]";
  }

  /** A configuration with an entry more at a place. */
  private static String at(String place, String entry) {
    return switch (place) {
      case "" -> entry;
      case "logging", "socket" -> place + ": {" + entry + "}";
      case "db" -> "dbs: [{path: /a.db, " + entry + ", replicas: [{path: /r}]}]";
      case "dir" -> "dbs: [{dir: /a, pattern: '*', " + entry + ", replicas: [{path: /r}]}]";
      case "age" -> replica("file", ", age: {" + entry + "}");
      case "replica" -> replica("file", ", " + entry);
      default -> replica(place, ", " + entry);
    };
  }

  private static Set<String> known(String place) {
    Throwable refused = catchThrowable(() -> read(at(place, UNKNOWN + ": 1")));
    assertThat(refused).as(place).isInstanceOf(ConfigurationException.class);
    Matcher list = KNOWN.matcher(String.valueOf(refused.getMessage()));
    assertThat(list.find()).as(refused.getMessage()).isTrue();
    return new TreeSet<>(List.of(list.group(1).split(", ")));
  }

  @Test
  void everyKeyThereIsIsListed() throws IOException {
    Set<String> there = new TreeSet<>(known(""));
    known("logging").forEach(key -> there.add("logging." + key));
    known("socket").forEach(key -> there.add("socket." + key));
    known("db").forEach(key -> there.add("db." + key));
    known("dir").forEach(key -> there.add((known("db").contains(key) ? "db." : "dir.") + key));
    known("age").forEach(key -> there.add("age." + key));
    Set<String> common = known("file");
    common.forEach(key -> there.add("replica." + key));
    for (String type : TYPES) {
      known(type).stream()
          .filter(key -> !common.contains(key))
          .forEach(key -> there.add(type + "." + key));
    }
    // Those that only hold others.
    there.removeAll(Set.of("logging", "socket", "replica.age"));

    assertThat(keys().stream().map(Key::qualified))
        .as("keys in keys.txt, with a test in which changing each changes what happens")
        .containsExactlyInAnyOrderElementsOf(there);
  }

  @ParameterizedTest
  @MethodSource("keys")
  void itsTestIsThere(Key key) throws IOException {
    int hash = key.test().indexOf('#');
    String type = key.test().substring(0, hash);
    String method = key.test().substring(hash + 1);
    List<Path> sources = new ArrayList<>();
    try (Stream<Path> modules = Files.list(Path.of(".."))) {
      for (Path module : modules.map(m -> m.resolve("src/test/java")).toList()) {
        if (Files.isDirectory(module)) {
          try (Stream<Path> files = Files.walk(module)) {
            files.filter(f -> f.endsWith(type + ".java")).forEach(sources::add);
          }
        }
      }
    }
    assertThat(sources).as("%s of %s", type, key).hasSize(1);
    String source = Files.readString(sources.get(0));
    int at = source.indexOf(" void " + method + "(");
    assertThat(at).as("%s of %s", key.test(), key).isPositive();
    int before = source.lastIndexOf(" void ", at - 1);
    assertThat(source.substring(Math.max(before, 0), at))
        .as("%s of %s is a test", key.test(), key)
        .containsPattern("@(Test|ParameterizedTest)\\b");
  }

  @ParameterizedTest
  @MethodSource("keys")
  void anotherValueIsAnotherConfiguration(Key key) throws IOException {
    String entry = key.name() + ": " + key.value();
    if (key.value().equals("-")) {
      return; // what nothing can be said without
    }
    String without = at(key.place(), "").replace("{,", "{").replace(", }", "}").replace(", ,", ",");

    assertThat(read(at(key.place(), entry))).isNotEqualTo(read(without));
  }
}
