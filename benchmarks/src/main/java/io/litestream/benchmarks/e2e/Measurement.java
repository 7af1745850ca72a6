package io.litestream.benchmarks.e2e;

import java.util.Locale;

/** What can be measured, in the order of the report. */
enum Measurement {
  START_UP,
  LAG,
  THROUGHPUT,
  CATCH_UP,
  SNAPSHOT,
  RESTORE,
  IDLE;

  String argument() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Measures all tools, in alternation. */
  void run(Bench bench) throws Exception {
    switch (this) {
      case START_UP -> StartUp.measure(bench);
      case LAG -> Lag.measure(bench);
      case THROUGHPUT -> Throughput.measure(bench);
      case CATCH_UP -> CatchUp.measure(bench);
      case SNAPSHOT -> Snapshot.measure(bench);
      case RESTORE -> Restores.measure(bench);
      case IDLE -> Idle.measure(bench);
    }
  }
}
