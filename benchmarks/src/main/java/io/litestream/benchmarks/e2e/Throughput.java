package io.litestream.benchmarks.e2e;

import io.litestream.benchmarks.e2e.Results.Better;
import io.litestream.benchmarks.e2e.Results.Figure;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** How fast an application writes that does nothing else, alone and while it is replicated. */
final class Throughput {

  private static final String ALONE = "no replication";

  private enum Kind {
    ONE_ROW("one-row transactions"),
    ONE_MEGABYTE("1 MB transactions");

    private final String text;

    Kind(String text) {
      this.text = text;
    }

    void commit(Application application) throws SQLException {
      switch (this) {
        case ONE_ROW -> application.commitOne();
        case ONE_MEGABYTE -> application.commitRows(1_000);
      }
    }
  }

  private Throughput() {}

  static void measure(Bench bench) throws Exception {
    for (Kind kind : Kind.values()) {
      for (int run = 0; run < bench.size(Size.RUNS); run++) {
        alone(bench, kind);
        for (Tool tool : bench.tools(run)) {
          replicated(bench, kind, tool);
        }
      }
    }
  }

  private static void alone(Bench bench, Kind kind) throws Exception {
    var place = new Place(bench.room("alone"));
    try (Application application = Application.open(place.database())) {
      report(bench, kind, ALONE, write(bench, kind, application));
    }
    Bench.remove(place.directory());
  }

  private static void replicated(Bench bench, Kind kind, Tool tool) throws Exception {
    var place = new Place(bench.room("replicated"));
    try (Application application = Application.open(place.database());
        ToolProcess process = place.replicate(tool, place.configure())) {
      double before = process.runningFigures().cpuSeconds();
      List<Double> millis = write(bench, kind, application);
      double used = process.runningFigures().cpuSeconds() - before;
      report(bench, kind, tool.name(), millis);
      var cpu = new Figure("throughput", kind.text + ", CPU of the tool", "s", Better.LOWER);
      bench.results().add(cpu, tool.name(), used);
    }
    Bench.remove(place.directory());
  }

  /** Returns how long each commit took, in milliseconds. */
  private static List<Double> write(Bench bench, Kind kind, Application application)
      throws SQLException {
    List<Double> millis = new ArrayList<>();
    long end = System.nanoTime() + bench.size(Size.THROUGHPUT_SECONDS) * 1_000_000_000L;
    long now = System.nanoTime();
    while (now < end) {
      kind.commit(application);
      long then = System.nanoTime();
      millis.add((then - now) / 1e6);
      now = then;
    }
    return millis;
  }

  private static void report(Bench bench, Kind kind, String who, List<Double> millis) {
    double seconds = millis.stream().mapToDouble(Double::doubleValue).sum() / 1_000;
    var rate = new Figure("throughput", kind.text, "commits/s", Better.HIGHER);
    var p99 = new Figure("throughput", kind.text + ", p99 of a commit", "ms", Better.LOWER);
    var stall = new Figure("throughput", kind.text + ", longest commit", "ms", Better.LOWER);
    bench.results().add(rate, who, millis.size() / seconds);
    bench.results().add(p99, who, Results.quantile(millis, 0.99));
    bench.results().add(stall, who, Results.quantile(millis, 1));
  }
}
