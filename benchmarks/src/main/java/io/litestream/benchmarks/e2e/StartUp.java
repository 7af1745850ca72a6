package io.litestream.benchmarks.e2e;

import io.litestream.benchmarks.e2e.Results.Better;
import io.litestream.benchmarks.e2e.Results.Figure;
import java.util.List;

/** How long the short commands take, on a small replica. */
final class StartUp {

  /** They are short: more runs than of the long ones. */
  private static final int TIMES = 5;

  private StartUp() {}

  static void measure(Bench bench) throws Exception {
    var place = new Place(bench.room("start-up"));
    String configuration = place.configure().toString();
    String database = place.database().toString();
    try (Application application = Application.open(place.database());
        ToolProcess replicating = place.replicate(bench.maker(), place.configure());
        Arrivals arrivals = Arrivals.watch(place.replica())) {
      application.commitRows(100);
      arrivals.await(1, CatchUp.LIMIT);
      replicating.requireRunning();
    }
    List<String[]> commands =
        List.of(
            new String[] {"version"},
            new String[] {"databases", "-config", configuration},
            new String[] {"generations", "-config", configuration, database},
            new String[] {"snapshots", "-config", configuration, database},
            new String[] {"wal", "-config", configuration, database});
    for (int run = 0; run < TIMES * bench.size(Size.RUNS); run++) {
      for (Tool tool : bench.tools(run)) {
        for (String[] command : commands) {
          var figure = new Figure("start-up", "`" + command[0] + "`", "ms", Better.LOWER);
          double seconds = tool.run(place.log(), command).seconds();
          bench.results().add(figure, tool.name(), seconds * 1_000);
        }
      }
    }
    Bench.remove(place.directory());
  }
}
