package io.litestream.cli.monitor;

import io.litestream.core.ReplicaOptions;
import io.litestream.core.ReplicationObserver;
import io.litestream.spi.RequestObserver;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;

/**
 * Counts what the engine does. Names and labels are the peer's where it has such a metric; a label
 * {@code db} is a database's path, {@code name} a replica's name. Safe for use by any thread.
 */
public final class EventMetrics implements ReplicationObserver {

  /** From a store in the same rack to a large snapshot, in seconds. */
  private static final double[] REQUEST_SECONDS = {
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120
  };

  private static final double[] UPLOAD_SECONDS = {
    0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120, 600
  };

  private final RequestTally requests;
  private final UnsuffixedCounter walBytes;
  private final UnsuffixedCounter syncs;
  private final UnsuffixedCounter syncErrors;
  private final UnsuffixedCounter syncSeconds;
  private final UnsuffixedCounter checkpoints;
  private final UnsuffixedCounter checkpointErrors;
  private final UnsuffixedCounter checkpointSeconds;
  private final UnsuffixedCounter replicaWalBytes;
  private final Counter operations;
  private final UnsuffixedCounter operationBytes;
  private final Counter operationErrors;
  private final Histogram operationSeconds;
  private final Histogram uploadSeconds;
  private final Counter uploadErrors;
  private final Counter deleteFailures;
  private final Counter drills;
  private final Counter generations;

  /**
   * @param requests counts the requests of each replica by itself; the metrics do so by type alone
   */
  public EventMetrics(PrometheusRegistry registry, RequestTally requests) {
    this.requests = requests;
    walBytes =
        new UnsuffixedCounter(
            registry, "litestream_total_wal_bytes", "Bytes of WAL copied to the shadow WAL", "db");
    syncs =
        new UnsuffixedCounter(
            registry, "litestream_sync_count", "How often the database was synced", "db");
    syncErrors =
        new UnsuffixedCounter(registry, "litestream_sync_error_count", "Syncs that failed", "db");
    syncSeconds =
        new UnsuffixedCounter(
            registry, "litestream_sync_seconds", "Time spent in syncs, in seconds", "db");
    checkpoints =
        new UnsuffixedCounter(
            registry, "litestream_checkpoint_count", "Checkpoints tried", "db", "mode");
    checkpointErrors =
        new UnsuffixedCounter(
            registry, "litestream_checkpoint_error_count", "Checkpoints that failed", "db", "mode");
    checkpointSeconds =
        new UnsuffixedCounter(
            registry,
            "litestream_checkpoint_seconds",
            "Time spent in checkpoints, in seconds",
            "db",
            "mode");
    replicaWalBytes =
        new UnsuffixedCounter(
            registry,
            "litestream_replica_wal_bytes",
            "Bytes of WAL uploaded to the replica, before compression",
            "db",
            "name");
    operations =
        counter(
            registry,
            "litestream_replica_operation_total",
            "Requests sent to stores",
            "replica_type",
            "operation");
    operationBytes =
        new UnsuffixedCounter(
            registry,
            "litestream_replica_operation_bytes",
            "Bytes of objects carried by requests to stores, in either direction, as stored",
            "replica_type",
            "operation");
    operationErrors =
        counter(
            registry,
            "litestream_replica_operation_errors_total",
            "Requests to stores that were refused or not answered",
            "replica_type",
            "operation");
    operationSeconds =
        histogram(
            registry,
            "litestream_replica_operation_duration_seconds",
            "Time from the first byte of a request to a store to the last one of its answer",
            REQUEST_SECONDS,
            "replica_type",
            "operation");
    uploadSeconds =
        histogram(
            registry,
            "litestream_replica_upload_duration_seconds",
            "Time to bring a WAL segment or a snapshot into the replica",
            UPLOAD_SECONDS,
            "db",
            "name",
            "kind");
    uploadErrors =
        counter(
            registry,
            "litestream_replica_upload_error_total",
            "Uploads to the replica that failed",
            "db",
            "name");
    deleteFailures =
        counter(
            registry,
            "litestream_replica_delete_failure_total",
            "Objects that the replica's store did not delete when told to, by its code",
            "db",
            "name",
            "code");
    drills =
        counter(
            registry,
            "litestream_replica_validation_total",
            "Restore drills, by how they ended",
            "db",
            "name",
            "status");
    generations =
        counter(
            registry,
            "litestream_generation_total",
            "Generations begun, by the reason",
            "db",
            "reason");
  }

  private static Counter counter(
      PrometheusRegistry registry, String name, String help, String... labels) {
    return Counter.builder().name(name).help(help).labelNames(labels).register(registry);
  }

  private static Histogram histogram(
      PrometheusRegistry registry, String name, String help, double[] bounds, String... labels) {
    return Histogram.builder()
        .name(name)
        .help(help)
        .labelNames(labels)
        .classicOnly()
        .classicUpperBounds(bounds)
        .register(registry);
  }

  @Override
  public void onSync(Path database, long copied, Duration elapsed, boolean failed) {
    String db = database.toString();
    syncs.labelValues(db).inc();
    syncSeconds.labelValues(db).inc(seconds(elapsed));
    walBytes.labelValues(db).inc(copied);
    // Named from the beginning: a counter that appears with its first error looks like no change.
    syncErrors.labelValues(db).inc(failed ? 1 : 0);
  }

  @Override
  public void onCheckpoint(Path database, CheckpointMode mode, Duration elapsed, boolean failed) {
    String db = database.toString();
    checkpoints.labelValues(db, mode.name()).inc();
    checkpointErrors.labelValues(db, mode.name()).inc(failed ? 1 : 0);
    checkpointSeconds.labelValues(db, mode.name()).inc(seconds(elapsed));
  }

  @Override
  public void onGeneration(Path database, String reason) {
    generations.labelValues(database.toString(), reason).inc();
  }

  @Override
  public void onRequest(Path database, ReplicaOptions replica, RequestObserver.Request request) {
    requests.add(database, replica.name(), request);
    String type = replica.type();
    String operation = request.operation().name();
    operations.labelValues(type, operation).inc();
    operationBytes.labelValues(type, operation).inc(request.bytes());
    operationErrors.labelValues(type, operation).inc(request.failed() ? 1 : 0);
    operationSeconds.labelValues(type, operation).observe(seconds(request.elapsed()));
  }

  @Override
  public void onUpload(
      Path database, ReplicaOptions replica, Upload what, long bytes, Duration elapsed) {
    String db = database.toString();
    String kind = what.name().toLowerCase(Locale.ROOT);
    uploadSeconds.labelValues(db, replica.name(), kind).observe(seconds(elapsed));
    uploadErrors.labelValues(db, replica.name()).inc(0);
    if (what == Upload.SEGMENT) {
      replicaWalBytes.labelValues(db, replica.name()).inc(bytes);
    }
  }

  @Override
  public void onUploadFailed(Path database, ReplicaOptions replica) {
    uploadErrors.labelValues(database.toString(), replica.name()).inc();
  }

  @Override
  public void onDeleteFailed(Path database, ReplicaOptions replica, String code, int keys) {
    deleteFailures.labelValues(database.toString(), replica.name(), code).inc(keys);
  }

  @Override
  public void onDrill(Path database, ReplicaOptions replica, Duration elapsed, boolean failed) {
    String db = database.toString();
    drills.labelValues(db, replica.name(), "ok").inc(failed ? 0 : 1);
    drills.labelValues(db, replica.name(), "error").inc(failed ? 1 : 0);
  }

  @Override
  public void onClosed(Path database) {
    requests.remove(database);
    String db = database.toString();
    for (UnsuffixedCounter counter :
        new UnsuffixedCounter[] {
          walBytes,
          syncs,
          syncErrors,
          syncSeconds,
          checkpoints,
          checkpointErrors,
          checkpointSeconds,
          replicaWalBytes
        }) {
      counter.removeDatabase(db);
    }
    uploadSeconds.removeIf(labels -> labels.get(0).equals(db));
    for (Counter counter : new Counter[] {uploadErrors, deleteFailures, drills, generations}) {
      counter.removeIf(labels -> labels.get(0).equals(db));
    }
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }
}
