package io.litestream.cli.monitor;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.UnknownSnapshot;
import io.prometheus.metrics.model.snapshots.UnknownSnapshot.UnknownDataPointSnapshot;

/**
 * A counter under the very name that the peer gave it, such as {@code litestream_sync_count}. What
 * the library calls a counter has a name that ends in {@code _total}, and gets that ending if it
 * has it not; so this one is exposed without a type. To queries it is the same.
 */
final class UnsuffixedCounter implements Collector {

  private final String name;
  private final String help;
  private final Counter counter;

  UnsuffixedCounter(PrometheusRegistry registry, String name, String help, String... labels) {
    this.name = name;
    this.help = help;
    this.counter = Counter.builder().name(name).help(help).labelNames(labels).build();
    registry.register(this);
  }

  CounterDataPoint labelValues(String... values) {
    return counter.labelValues(values);
  }

  /** Forgets everything about a database; the first label is its path. */
  void removeDatabase(String path) {
    counter.removeIf(labels -> labels.get(0).equals(path));
  }

  @Override
  public UnknownSnapshot collect() {
    UnknownSnapshot.Builder snapshot = UnknownSnapshot.builder().name(name).help(help);
    for (CounterDataPointSnapshot point : counter.collect().getDataPoints()) {
      snapshot.dataPoint(
          UnknownDataPointSnapshot.builder()
              .labels(point.getLabels())
              .value(point.getValue())
              .build());
    }
    return snapshot.build();
  }
}
