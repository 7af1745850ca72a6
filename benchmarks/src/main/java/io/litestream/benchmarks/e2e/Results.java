package io.litestream.benchmarks.e2e;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;

/** What was measured. Used by one thread. */
final class Results {

  /** Which values are good ones. */
  enum Better {
    LOWER,
    HIGHER,
    /** For the record: neither. */
    NEITHER
  }

  /** What a value is of. */
  record Figure(String subject, String name, String unit, Better better) {}

  private final Map<Figure, Map<String, List<Double>>> values = new LinkedHashMap<>();

  /** Adds a value of a run; of several, the median counts. */
  void add(Figure figure, String tool, double value) {
    values
        .computeIfAbsent(figure, f -> new LinkedHashMap<>())
        .computeIfAbsent(tool, t -> new ArrayList<>())
        .add(value);
    System.err.printf(
        Locale.ROOT,
        "%s, %s, %s: %s %s%n",
        figure.subject(),
        figure.name(),
        tool,
        text(value),
        figure.unit());
  }

  List<Figure> figures() {
    return List.copyOf(values.keySet());
  }

  /** Who has values of a figure. */
  Set<String> of(Figure figure) {
    return Set.copyOf(values.getOrDefault(figure, Map.of()).keySet());
  }

  OptionalDouble median(Figure figure, String tool) {
    List<Double> all = values.getOrDefault(figure, Map.of()).getOrDefault(tool, List.of());
    return all.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(quantile(all, 0.5));
  }

  /**
   * How many times better one tool is than another; below 1 it is worse. Empty if one of them has
   * no value, or none that can be divided by.
   */
  OptionalDouble ratio(Figure figure, String tool, String other) {
    OptionalDouble a = median(figure, tool);
    OptionalDouble b = median(figure, other);
    if (figure.better() == Better.NEITHER
        || a.isEmpty()
        || b.isEmpty()
        || a.getAsDouble() <= 0
        || b.getAsDouble() <= 0) {
      return OptionalDouble.empty();
    }
    double quotient = a.getAsDouble() / b.getAsDouble();
    return OptionalDouble.of(figure.better() == Better.HIGHER ? quotient : 1 / quotient);
  }

  /** The value below which that part of all lies; between two of them, the mean. */
  static double quantile(List<Double> all, double part) {
    List<Double> sorted = all.stream().sorted().toList();
    double place = part * (sorted.size() - 1);
    int below = (int) Math.floor(place);
    int above = (int) Math.ceil(place);
    return (sorted.get(below) + sorted.get(above)) / 2;
  }

  /** With three digits that mean something; what was counted, as it is. */
  static String text(double value) {
    double size = Math.abs(value);
    boolean isWhole = value == Math.rint(value);
    int decimals = isWhole || size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }
}
