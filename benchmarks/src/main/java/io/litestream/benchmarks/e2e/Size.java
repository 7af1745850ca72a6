package io.litestream.benchmarks.e2e;

import java.util.Locale;

/** How much of something is measured, with its default, and its value for a quick run. */
enum Size {
  RUNS("runs of each command, restore and throughput", 3, 1),
  LAG_SECONDS("seconds of commits at each rate", 40, 4),
  THROUGHPUT_SECONDS("seconds of writing in each run", 15, 2),
  BURST_MB("megabytes that are written without a pause", 1000, 20),
  SNAPSHOT_MB("megabytes of the large database", 1000, 20),
  BASE_MB("megabytes of the snapshot under many WAL indexes", 200, 5),
  INDEXES("WAL indexes to restore", 300, 5),
  SEGMENTS("small segments to restore", 5000, 50),
  LATENCY_MS("milliseconds that are added to each request to S3", 20, 20),
  IDLE_SECONDS("seconds of watching idle databases", 30, 2),
  MOST_DATABASES("databases in one process, at most", 2000, 100);

  private final String meaning;
  private final int full;
  private final int quick;

  Size(String meaning, int full, int quick) {
    this.meaning = meaning;
    this.full = full;
    this.quick = quick;
  }

  String option() {
    return "--" + name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  String help() {
    return String.format(
        Locale.ROOT, "  %-24s %s (%d; quick: %d)", option() + "=N", meaning, full, quick);
  }

  int value(boolean isQuick) {
    return isQuick ? quick : full;
  }
}
