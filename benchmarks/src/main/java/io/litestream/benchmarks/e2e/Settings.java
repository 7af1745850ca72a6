package io.litestream.benchmarks.e2e;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What is measured, with what, and where the results go.
 *
 * @param ours our executable
 * @param peer that of Litestream v0.3, if there is one
 * @param measurements which ones, in this order
 * @param output the directory for table and plot
 */
record Settings(
    Path ours,
    Optional<Path> peer,
    List<Measurement> measurements,
    Path output,
    boolean isQuick,
    Map<Size, Integer> sizes) {

  static final String HELP =
      """
      usage: benchmarks/e2e [options]

        --quick                  small sizes: proves that it works, in about a minute
        --only=NAME,NAME         some of: %s
        --ours=PATH              our executable (./litestream)
        --peer=PATH              that of Litestream v0.3 (the environment's LITESTREAM_PEER)
        --out=DIRECTORY          for e2e.md and e2e.svg (docs/benchmarks)
      %s
      """
          .formatted(
              Stream.of(Measurement.values())
                  .map(Measurement::argument)
                  .collect(Collectors.joining(",")),
              Stream.of(Size.values()).map(Size::help).collect(Collectors.joining("\n")));

  Settings {
    measurements = List.copyOf(measurements);
    sizes = Map.copyOf(sizes);
  }

  int size(Size size) {
    return sizes.getOrDefault(size, size.value(isQuick));
  }

  /**
   * Reads a command line.
   *
   * @param environment for the peer's executable
   * @throws IllegalArgumentException if it has something that is not known
   */
  static Settings read(List<String> arguments, Map<String, String> environment) {
    Path ours = Path.of("litestream");
    Optional<Path> peer =
        Optional.ofNullable(environment.get("LITESTREAM_PEER"))
            .filter(path -> !path.isEmpty())
            .map(Path::of);
    List<Measurement> measurements = List.of(Measurement.values());
    Path output = Path.of("docs", "benchmarks");
    boolean quick = false;
    Map<Size, Integer> sizes = new EnumMap<>(Size.class);
    for (String argument : arguments) {
      int equals = argument.indexOf('=');
      String name = equals < 0 ? argument : argument.substring(0, equals);
      String value = equals < 0 ? "" : argument.substring(equals + 1);
      switch (name) {
        case "--quick" -> quick = true;
        case "--only" -> measurements = measurements(value);
        case "--ours" -> ours = Path.of(value);
        case "--peer" -> peer = Optional.of(value).filter(path -> !path.isEmpty()).map(Path::of);
        case "--out" -> output = Path.of(value);
        default -> sizes.put(size(name), Integer.parseInt(value));
      }
    }
    return new Settings(
        ours.toAbsolutePath(),
        peer.map(Path::toAbsolutePath),
        measurements,
        output.toAbsolutePath(),
        quick,
        sizes);
  }

  private static List<Measurement> measurements(String names) {
    var chosen = new ArrayList<Measurement>();
    for (String name : names.split(",", -1)) {
      chosen.add(
          Stream.of(Measurement.values())
              .filter(measurement -> measurement.argument().equals(name))
              .findFirst()
              .orElseThrow(() -> new IllegalArgumentException("there is no measurement " + name)));
    }
    return chosen;
  }

  private static Size size(String option) {
    return Stream.of(Size.values())
        .filter(size -> size.option().equals(option))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("there is no option " + option));
  }
}
