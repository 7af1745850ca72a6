package io.litestream.benchmarks.e2e;

import io.litestream.benchmarks.e2e.Results.Better;
import io.litestream.benchmarks.e2e.Results.Figure;
import java.time.Duration;

/** How long after a burst of writes all of it is in the replica. */
final class CatchUp {

  static final Duration LIMIT = Duration.ofMinutes(5);

  private CatchUp() {}

  static void measure(Bench bench) throws Exception {
    int megabytes = bench.size(Size.BURST_MB);
    for (int run = 0; run < bench.size(Size.RUNS); run++) {
      for (Tool tool : bench.tools(run)) {
        measure(bench, tool, megabytes);
      }
    }
  }

  private static void measure(Bench bench, Tool tool, int megabytes) throws Exception {
    var place = new Place(bench.room("catch-up"));
    try (Application application = Application.open(place.database());
        ToolProcess process = place.replicate(tool, place.configure());
        Arrivals arrivals = Arrivals.watch(place.replica())) {
      for (int i = 0; i < megabytes; i++) {
        application.commitRows(1_000);
      }
      long end = System.nanoTime();
      long arrived = arrivals.await(application.commits(), LIMIT);
      String burst = "after a burst of " + megabytes + " MB";
      var time = new Figure("catch-up", burst, "s", Better.LOWER);
      var memory = new Figure("catch-up", burst + ", peak memory", "MB", Better.LOWER);
      bench.results().add(time, tool.name(), Math.max(0, Bench.seconds(arrived - end)));
      bench.results().add(memory, tool.name(), process.runningFigures().peakMegabytes());
    }
    Bench.remove(place.directory());
  }
}
