package io.litestream.benchmarks.e2e;

import io.litestream.benchmarks.e2e.Results.Better;
import io.litestream.benchmarks.e2e.Results.Figure;

/** How long the first snapshot of a large database takes, from the tool's start. */
final class Snapshot {

  private Snapshot() {}

  static void measure(Bench bench) throws Exception {
    int megabytes = bench.size(Size.SNAPSHOT_MB);
    var place = new Place(bench.room("snapshot"));
    Application.make(place.database(), megabytes);
    for (int run = 0; run < bench.size(Size.RUNS); run++) {
      for (Tool tool : bench.tools(run)) {
        measure(bench, tool, place, megabytes);
      }
    }
    Bench.remove(place.directory());
  }

  private static void measure(Bench bench, Tool tool, Place place, int megabytes) throws Exception {
    String of = "of a database of " + megabytes + " MB";
    long began = System.nanoTime();
    try (ToolProcess process = place.replicate(tool, place.configure())) {
      var time = new Figure("first snapshot", of, "s", Better.LOWER);
      var memory = new Figure("first snapshot", of + ", peak memory", "MB", Better.LOWER);
      bench.results().add(time, tool.name(), Bench.seconds(System.nanoTime() - began));
      bench.results().add(memory, tool.name(), process.runningFigures().peakMegabytes());
    }
    Bench.remove(place.replica().root());
    Bench.remove(place.directory().resolve(".app.db-litestream"));
  }
}
