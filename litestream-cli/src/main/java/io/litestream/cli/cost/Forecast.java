package io.litestream.cli.cost;

import java.time.Duration;
import java.util.Optional;

/**
 * What determines the requests of one replica, in settings and in what the application does.
 *
 * @param syncInterval at most one upload in it
 * @param snapshotInterval between two snapshots; empty: one for each retention
 * @param retention empty: nothing is deleted
 * @param checkInterval between two looks for what may be deleted
 * @param commitsPerSecond of the application, spread evenly
 * @param walBytesPerDay before compression
 * @param databaseBytes size of the database
 * @param compression bytes in the replica for one byte of WAL or database
 * @param leaseTtl of the lease under which it is written, if there is one
 */
public record Forecast(
    Duration syncInterval,
    Optional<Duration> snapshotInterval,
    Optional<Duration> retention,
    Duration checkInterval,
    double commitsPerSecond,
    double walBytesPerDay,
    double databaseBytes,
    double compression,
    Optional<Duration> leaseTtl) {

  /** Keys in one LIST or DELETE request. */
  private static final double PAGE = 1000;

  /** Old epochs of a lease are listed and deleted once in so many. */
  private static final double RENEWALS_PER_CLEANUP = 60;

  /** Of an upload in parts, as long as there are not more than 1,000 of them. */
  private static final double PART_BYTES = 5 << 20;

  public Forecast {
    if (!(commitsPerSecond >= 0)
        || !(walBytesPerDay >= 0)
        || !(databaseBytes >= 0)
        || !(compression > 0)) {
      throw new IllegalArgumentException("rates and sizes must not be negative");
    }
  }

  /** The usage of a month in the middle of a long run: starts are not counted. */
  public Usage usage() {
    double uploads = uploadsPerSecond() * seconds(Usage.MONTH);
    Optional<Duration> period = snapshotPeriod();
    boolean changes = commitsPerSecond > 0;
    double snapshots =
        period.isPresent() && changes ? seconds(Usage.MONTH) / seconds(period.get()) : 0;
    double lists = 0;
    double deletes = 0;
    if (retention.isPresent() && period.isPresent() && snapshots > 0) {
      // Only a snapshot that leaves the window lets anything go, with the segments before it.
      double pass = Math.max(seconds(period.get()), seconds(checkInterval));
      double passes = seconds(Usage.MONTH) / pass;
      double pages = Math.ceil(uploadsPerSecond() * pass / PAGE);
      lists = passes * (1 + pages);
      deletes = passes * (1 + pages);
    }
    double renewals = leaseTtl.map(ttl -> 3 * seconds(Usage.MONTH) / seconds(ttl)).orElse(0.0);
    return new Usage(
        uploads + snapshots * requestsPerSnapshot() + renewals,
        lists + renewals / RENEWALS_PER_CLEANUP,
        0,
        deletes + renewals / RENEWALS_PER_CLEANUP,
        storedBytes(period));
  }

  /** One; from a certain size on one for each part, and two for the beginning and the end. */
  private double requestsPerSnapshot() {
    double parts = Math.ceil(databaseBytes * compression / PART_BYTES);
    return parts <= 1 ? 1 : parts + 2;
  }

  /** No more than there are commits, and no more than one in each interval. */
  private double uploadsPerSecond() {
    return Math.min(commitsPerSecond, 1 / seconds(syncInterval));
  }

  private Optional<Duration> snapshotPeriod() {
    return snapshotInterval.isPresent() ? snapshotInterval : retention;
  }

  private double storedBytes(Optional<Duration> period) {
    double kept = seconds(retention.orElse(Usage.MONTH));
    double between = period.map(Forecast::seconds).orElse(0.0);
    double wal = walBytesPerDay / 86_400 * (kept + between / 2);
    // One at or before the beginning of the window, and those in it.
    double snapshots = between > 0 && commitsPerSecond > 0 ? 1 + kept / between : 1;
    return (wal + snapshots * databaseBytes) * compression;
  }

  private static double seconds(Duration duration) {
    return duration.toMillis() / 1e3;
  }
}
