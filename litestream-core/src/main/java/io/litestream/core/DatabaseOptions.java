package io.litestream.core;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * One database to replicate, and how.
 *
 * @param path the database file; need not exist yet
 * @param metaPath directory of the shadow WAL, on the same machine as the database
 * @param monitorInterval how often the database is looked at even if the file system reports no
 *     change
 * @param checkpointInterval how long after the last checkpoint a WAL of more than one frame is
 *     checkpointed, whatever its size; zero for never
 * @param minCheckpointPages size of the WAL in pages from which it is checkpointed when that holds
 *     nobody up
 * @param maxCheckpointPages size of the WAL in pages from which a checkpoint may wait for the write
 *     lock for up to {@code busyTimeout}
 * @param busyTimeout the longest wait for a lock that the application holds
 * @param replicas at least one, names all different
 */
public record DatabaseOptions(
    Path path,
    Path metaPath,
    Duration monitorInterval,
    Duration checkpointInterval,
    int minCheckpointPages,
    int maxCheckpointPages,
    Duration busyTimeout,
    List<ReplicaOptions> replicas) {

  public static final Duration DEFAULT_MONITOR_INTERVAL = Duration.ofSeconds(1);
  public static final Duration DEFAULT_CHECKPOINT_INTERVAL = Duration.ofMinutes(1);
  public static final int DEFAULT_MIN_CHECKPOINT_PAGES = 1000;
  public static final int DEFAULT_MAX_CHECKPOINT_PAGES = 10000;
  public static final Duration DEFAULT_BUSY_TIMEOUT = Duration.ofSeconds(1);

  public DatabaseOptions {
    path = path.toAbsolutePath().normalize();
    metaPath = metaPath.toAbsolutePath().normalize();
    replicas = List.copyOf(replicas);
    if (monitorInterval.isNegative() || monitorInterval.isZero()) {
      throw new IllegalArgumentException("monitor interval must be positive: " + monitorInterval);
    }
    if (checkpointInterval.isNegative()) {
      throw new IllegalArgumentException("negative checkpoint interval: " + checkpointInterval);
    }
    if (minCheckpointPages < 1 || maxCheckpointPages < minCheckpointPages) {
      throw new IllegalArgumentException(
          "checkpoint page counts must be positive and the maximum no less than the minimum: "
              + minCheckpointPages
              + ", "
              + maxCheckpointPages);
    }
    if (replicas.isEmpty()) {
      throw new IllegalArgumentException("no replica given for database " + path);
    }
    Set<String> names = new HashSet<>();
    for (ReplicaOptions replica : replicas) {
      if (!names.add(replica.name())) {
        throw new IllegalArgumentException(
            "two replicas of " + path + " are named '" + replica.name() + "'");
      }
    }
  }

  /** A database with the default settings. */
  public static DatabaseOptions of(Path path, ReplicaOptions... replicas) {
    return new DatabaseOptions(
        path,
        defaultMetaPath(path),
        DEFAULT_MONITOR_INTERVAL,
        DEFAULT_CHECKPOINT_INTERVAL,
        DEFAULT_MIN_CHECKPOINT_PAGES,
        DEFAULT_MAX_CHECKPOINT_PAGES,
        DEFAULT_BUSY_TIMEOUT,
        List.of(replicas));
  }

  /** {@code .<name>-litestream} beside the database. */
  public static Path defaultMetaPath(Path database) {
    Path absolute = database.toAbsolutePath().normalize();
    Path name = absolute.getFileName();
    if (name == null) {
      throw new IllegalArgumentException("not a path of a database: " + database);
    }
    return absolute.resolveSibling("." + name + "-litestream");
  }
}
