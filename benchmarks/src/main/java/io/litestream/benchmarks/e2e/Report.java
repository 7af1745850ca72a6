package io.litestream.benchmarks.e2e;

import io.litestream.benchmarks.e2e.Results.Figure;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/**
 * The results as a table in Markdown.
 *
 * @param circumstances when, where and how it was measured, a sentence each
 * @param tools by name, ours first
 */
record Report(List<String> circumstances, List<String> tools, Results results) {

  String markdown() {
    var text = new StringBuilder("# End to end\n\n");
    text.append(
        "Written by `benchmarks/e2e`; what it says is in [benchmarks](../benchmarks.md).\n\n");
    circumstances.forEach(line -> text.append("- ").append(line).append('\n'));
    if (tools.size() > 1) {
      text.append("\n![How many times better than the peer](e2e.svg)\n");
    }
    String subject = "";
    for (Figure figure : results.figures()) {
      if (!figure.subject().equals(subject)) {
        subject = figure.subject();
        text.append("\n## ").append(capitalized(subject)).append("\n\n").append(head());
      }
      text.append(row(figure));
    }
    return text.toString();
  }

  private static String capitalized(String text) {
    return Character.toUpperCase(text.charAt(0)) + text.substring(1);
  }

  private String head() {
    String comparison = tools.size() > 1 ? " times better |" : "";
    return "| |"
        + tools.stream().map(tool -> " " + tool + " |").collect(Collectors.joining())
        + comparison
        + " without |\n|---|"
        + "---|".repeat(tools.size() + (tools.size() > 1 ? 2 : 1))
        + "\n";
  }

  private String row(Figure figure) {
    var row = new StringBuilder("| " + figure.name());
    row.append(figure.unit().isEmpty() ? "" : ", " + figure.unit()).append(" |");
    for (String tool : tools) {
      row.append(' ').append(text(results.median(figure, tool))).append(" |");
    }
    if (tools.size() > 1) {
      row.append(' ').append(text(results.ratio(figure, tools.get(0), tools.get(1)))).append(" |");
    }
    return row.append(' ').append(reference(figure)).append(" |\n").toString();
  }

  /** What the figure is where neither of the tools had a part in it. */
  private String reference(Figure figure) {
    return results.of(figure).stream()
        .filter(who -> !tools.contains(who))
        .map(who -> text(results.median(figure, who)))
        .collect(Collectors.joining(", "));
  }

  private static String text(OptionalDouble value) {
    return value.isEmpty() ? "" : Results.text(value.getAsDouble());
  }
}
