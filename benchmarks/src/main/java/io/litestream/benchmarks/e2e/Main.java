package io.litestream.benchmarks.e2e;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The command {@code benchmarks/e2e}. */
public final class Main {

  private Main() {}

  /** Measures, and writes table and plot. Exits with 1 if a tool did not do its work. */
  public static void main(String[] args) throws Exception {
    List<String> arguments = List.of(args);
    if (arguments.contains("--help")) {
      System.out.print(Settings.HELP);
      return;
    }
    Settings settings;
    try {
      settings = Settings.read(arguments, System.getenv());
    } catch (IllegalArgumentException e) {
      System.err.println("e2e: " + e.getMessage() + "\n\n" + Settings.HELP);
      System.exit(2);
      return;
    }
    List<Tool> tools = tools(settings);
    List<String> circumstances = circumstances(arguments);
    try (Bench bench = new Bench(settings, tools)) {
      for (Measurement measurement : settings.measurements()) {
        measurement.run(bench);
      }
      write(settings.output(), circumstances, tools, bench.results());
    }
  }

  private static List<Tool> tools(Settings settings) throws IOException, InterruptedException {
    List<Tool> tools = new ArrayList<>();
    tools.add(new Tool("ours", settings.ours()));
    settings.peer().ifPresent(peer -> tools.add(new Tool("peer", peer)));
    Path log = Files.createTempFile("litestream-e2e-", ".log");
    for (Tool tool : tools) {
      tool.run(log, "version"); // ours is built by that, if need be
    }
    Files.delete(log);
    return tools;
  }

  /** Before anything is measured: the load is that of others. */
  private static List<String> circumstances(List<String> arguments) throws IOException {
    String sizes =
        arguments.stream()
            .filter(argument -> !argument.matches("--(out|ours|peer)=.*"))
            .map(argument -> " " + argument)
            .collect(Collectors.joining());
    String processor = first("/proc/cpuinfo", "(?m)^model name\\s*: (.*)$") + ", " + processors();
    return List.of(
        LocalDate.now(ZoneOffset.UTC) + ", `benchmarks/e2e" + sizes + "`",
        processor
            + ", Linux "
            + System.getProperty("os.version")
            + ", JDK "
            + Runtime.version().feature(),
        "load of the machine before the first measurement: "
            + first("/proc/loadavg", "^(\\S+)")
            + "; ratios are of this one run",
        "\"ours\" is this project, \"peer\" is Litestream v0.3.13 (Go), \"without\" is the same"
            + " work with neither: an application alone, a file that is just written");
  }

  private static String processors() {
    return Runtime.getRuntime().availableProcessors() + " cores";
  }

  private static String first(String file, String pattern) throws IOException {
    Matcher found =
        Pattern.compile(pattern)
            .matcher(Files.readString(Path.of(file), StandardCharsets.ISO_8859_1));
    return found.find() ? found.group(1) : "unknown";
  }

  private static void write(
      Path output, List<String> circumstances, List<Tool> tools, Results results)
      throws IOException {
    List<String> names = tools.stream().map(Tool::name).toList();
    String markdown = new Report(circumstances, names, results).markdown();
    System.out.print(markdown);
    Files.createDirectories(output);
    Files.writeString(output.resolve("e2e.md"), markdown);
    if (names.size() > 1) {
      Files.writeString(output.resolve("e2e.svg"), plot(names, results).svg());
    }
  }

  private static SvgPlot plot(List<String> names, Results results) {
    List<SvgPlot.Bar> bars = new ArrayList<>();
    for (Results.Figure figure : results.figures()) {
      OptionalDouble ratio = results.ratio(figure, names.get(0), names.get(1));
      if (ratio.isPresent()) {
        bars.add(
            new SvgPlot.Bar(
                figure.subject() + ": " + figure.name().replace("`", ""), ratio.getAsDouble()));
      }
    }
    return new SvgPlot("How many times better than the peer (1: the same)", bars);
  }
}
