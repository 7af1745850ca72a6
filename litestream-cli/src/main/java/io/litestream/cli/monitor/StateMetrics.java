package io.litestream.cli.monitor;

import io.litestream.core.DatabaseStatus;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Where replication stands when somebody looks: sizes, positions, lags. Reads the status once for
 * all of them, so that what is seen together belongs together.
 */
public final class StateMetrics implements MultiCollector {

  private final Supplier<List<Watched>> databases;
  private final Clock clock;

  /**
   * @param databases those that are replicated now
   */
  public StateMetrics(Supplier<List<Watched>> databases, Clock clock) {
    this.databases = databases;
    this.clock = clock;
  }

  @Override
  public MetricSnapshots collect() {
    Gauges gauges = new Gauges(clock.instant());
    databases.get().forEach(gauges::add);
    return gauges.snapshots();
  }

  /** All gauges of one look. */
  private static final class Gauges {

    private final Instant now;
    private final List<Gauge> all = new ArrayList<>();

    private final Gauge databaseSize = gauge("db_size", "Size of the database file in bytes");
    private final Gauge walSize = gauge("wal_size", "Size of the WAL file in bytes");
    private final Gauge shadowIndex =
        gauge("shadow_wal_index", "Index up to which the WAL has been copied");
    private final Gauge shadowSize =
        gauge("shadow_wal_size", "Bytes copied of the WAL of that index");
    private final Gauge replicaIndex =
        gauge("replica_wal_index", "Index up to which the replica has the WAL");
    private final Gauge replicaOffset =
        gauge("replica_wal_offset", "Bytes in the replica of the WAL of that index");
    private final Gauge lag =
        gauge(
            "replica_lag_seconds",
            "Time since the commit of the oldest change that the replica does not have");
    private final Gauge lagBytes =
        gauge("replica_lag_bytes", "Bytes of WAL that the replica does not have");
    private final Gauge lastSync =
        gauge(
            "replica_last_sync_timestamp_seconds",
            "When the replica was last known to have everything");
    private final Gauge lease =
        gauge(
            "replica_lease_held",
            "Whether this process holds the replica's lease: 1, or 0; absent without a lease");
    private final Gauge backoff =
        gauge(
            "replica_backoff_seconds",
            "Time until a failed upload is tried again; 0 if none has failed");

    private final Gauge drillTime =
        gauge("replica_validation_timestamp_seconds", "When the last restore drill ended");
    private final Gauge drillOk =
        gauge("replica_validation_ok", "Whether the last restore drill passed: 1, else 0");
    private final Gauge drillSeconds =
        gauge("replica_validation_seconds", "How long the last restore drill took");

    Gauges(Instant now) {
      this.now = now;
    }

    private Gauge gauge(String name, String help) {
      Gauge gauge = new Gauge("litestream_" + name, help);
      all.add(gauge);
      return gauge;
    }

    void add(Watched database) {
      Labels labels = Labels.of("db", database.name());
      Path path = database.options().path();
      databaseSize.addSizeOf(labels, path);
      walSize.addSizeOf(labels, path.resolveSibling(path.getFileName() + "-wal"));
      database
          .status()
          .position()
          .ifPresent(
              position -> {
                shadowIndex.add(labels, position.index());
                shadowSize.add(labels, position.offset());
              });
      for (DatabaseStatus.Replica replica : database.status().replicas()) {
        add(Labels.of("db", database.name(), "name", replica.name()), replica);
      }
    }

    private void add(Labels labels, DatabaseStatus.Replica replica) {
      replica
          .position()
          .ifPresent(
              position -> {
                replicaIndex.add(labels, position.index());
                replicaOffset.add(labels, position.offset());
              });
      lag.add(labels, replica.lag());
      lagBytes.add(labels, replica.lagBytes());
      replica.lastSync().ifPresent(at -> lastSync.add(labels, Duration.between(Instant.EPOCH, at)));
      replica.lease().ifPresent(held -> lease.add(labels, held.held() ? 1 : 0));
      Duration pause = replica.retryAt().map(at -> Duration.between(now, at)).orElse(Duration.ZERO);
      backoff.add(labels, pause.isNegative() ? Duration.ZERO : pause);
      add(labels, replica.drill());
    }

    private void add(Labels labels, DatabaseStatus.Drill drill) {
      if (drill.last().isPresent()) {
        drillTime.add(labels, Duration.between(Instant.EPOCH, drill.last().get()));
        drillOk.add(labels, drill.error().isPresent() ? 0 : 1);
        drillSeconds.add(labels, drill.elapsed());
      }
    }

    MetricSnapshots snapshots() {
      return new MetricSnapshots(all.stream().map(Gauge::snapshot).toArray(GaugeSnapshot[]::new));
    }
  }

  private static final class Gauge {

    private final MetricMetadata metadata;
    private final List<GaugeDataPointSnapshot> points = new ArrayList<>();

    Gauge(String name, String help) {
      this.metadata = new MetricMetadata(name, help);
    }

    void add(Labels labels, long value) {
      points.add(GaugeDataPointSnapshot.builder().labels(labels).value((double) value).build());
    }

    void add(Labels labels, Duration value) {
      double seconds = value.toNanos() / 1e9;
      points.add(GaugeDataPointSnapshot.builder().labels(labels).value(seconds).build());
    }

    /** Only its size is asked for: opening the file would cost SQLite its locks. */
    void addSizeOf(Labels labels, Path file) {
      try {
        add(labels, Files.size(file));
      } catch (IOException e) {
        // Not there now: no value, rather than a wrong one.
      }
    }

    GaugeSnapshot snapshot() {
      return new GaugeSnapshot(metadata, points);
    }
  }
}
