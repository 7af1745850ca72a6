package io.litestream.benchmarks.e2e;

import io.litestream.benchmarks.e2e.Results.Better;
import io.litestream.benchmarks.e2e.Results.Figure;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** The time from a commit's return in the application to its appearance in the replica. */
final class Lag {

  private record Rate(String name, double perSecond) {}

  private static final List<Rate> RATES =
      List.of(new Rate("after a quiet spell", 0.4), new Rate("at 20 commits/s", 20));

  private Lag() {}

  static void measure(Bench bench) throws Exception {
    for (int i = 0; i < RATES.size(); i++) {
      for (Tool tool : bench.tools(i)) {
        measure(bench, tool, RATES.get(i));
      }
    }
  }

  private static void measure(Bench bench, Tool tool, Rate rate) throws Exception {
    var place = new Place(bench.room("lag"));
    long commits = Math.max(2, Math.round(bench.size(Size.LAG_SECONDS) * rate.perSecond()));
    try (Application application = Application.open(place.database());
        ToolProcess process = place.replicate(tool, place.configure());
        Arrivals arrivals = Arrivals.watch(place.replica())) {
      Thread.sleep(2_000); // what starting brings with it is over
      int before = place.replica().segments();
      List<Long> committed = commitAt(rate.perSecond(), commits, application);
      arrivals.await(commits, CatchUp.LIMIT);
      int segments = place.replica().segments() - before;
      process.requireRunning();
      report(bench.results(), tool, rate, lags(committed, arrivals.times(commits)), segments);
    }
    Bench.remove(place.directory());
  }

  /** With jitter, so as not to run in step with the tool. */
  private static List<Long> commitAt(double perSecond, long commits, Application application)
      throws Exception {
    var random = new Random(1);
    List<Long> committed = new ArrayList<>();
    long began = System.nanoTime();
    for (int i = 0; i < commits; i++) {
      long due = began + (long) ((i + random.nextDouble()) * 1e9 / perSecond);
      long wait = due - System.nanoTime();
      if (wait > 0) {
        Thread.sleep(wait / 1_000_000, (int) (wait % 1_000_000));
      }
      application.commitOne();
      committed.add(System.nanoTime());
    }
    return committed;
  }

  private static List<Double> lags(List<Long> committed, List<Long> arrived) {
    List<Double> lags = new ArrayList<>();
    for (int i = 0; i < committed.size(); i++) {
      lags.add(Math.max(0, (arrived.get(i) - committed.get(i)) / 1e6));
    }
    return lags;
  }

  private static void report(
      Results results, Tool tool, Rate rate, List<Double> lags, int segments) {
    var median = new Figure("lag", rate.name() + ", median", "ms", Better.LOWER);
    var p99 = new Figure("lag", rate.name() + ", p99", "ms", Better.LOWER);
    var uploads = new Figure("lag", rate.name() + ", uploads", "", Better.NEITHER);
    results.add(median, tool.name(), Results.quantile(lags, 0.5));
    results.add(p99, tool.name(), Results.quantile(lags, 0.99));
    results.add(uploads, tool.name(), segments);
  }
}
