package io.litestream.core.engine;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads of one engine. Uploads have their own for each destination, so that one that hangs
 * does not hold up the others; threads that have nothing to do end.
 */
final class EngineThreads implements AutoCloseable {

  private static final int UPLOADS_PER_DESTINATION = 4;

  /** So many of them may be busy with snapshots and deletes; the others are left to segments. */
  private static final int UPKEEP_PER_DESTINATION = 2;

  private static final long KEEP_ALIVE_SECONDS = 10;

  private final ScheduledThreadPoolExecutor clock;
  private final ExecutorService databases;
  private final ExecutorService drills;
  private final Map<String, ExecutorService> uploads = new HashMap<>();
  private final Map<String, Executor> upkeep = new HashMap<>();
  private final Map<String, ExecutorService> leases = new HashMap<>();

  EngineThreads() {
    clock = new ScheduledThreadPoolExecutor(1, factory("litestream-clock"));
    clock.setRemoveOnCancelPolicy(true);
    clock.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    int cores = Runtime.getRuntime().availableProcessors();
    databases = pool("litestream-database", Math.max(2, Math.min(cores, 8)));
    drills = pool("litestream-drill", 1);
  }

  private static ThreadFactory factory(String name) {
    AtomicInteger number = new AtomicInteger();
    return body -> {
      Thread thread = new Thread(body, name + "-" + number.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }

  private static ExecutorService pool(String name, int size) {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            size,
            size,
            KEEP_ALIVE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            factory(name));
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  /** Runs things later. Only what is short may run on it. */
  ScheduledExecutorService clock() {
    return clock;
  }

  /** Runs what reads and writes on this machine. */
  ExecutorService databases() {
    return databases;
  }

  /** Runs uploads to one destination, such as a bucket. */
  synchronized ExecutorService uploads(String destination) {
    return uploads.computeIfAbsent(
        destination, each -> pool("litestream-upload", UPLOADS_PER_DESTINATION));
  }

  /** Runs restore drills, one at a time, whatever the number of databases. */
  ExecutorService drills() {
    return drills;
  }

  /** Lends some of the threads of {@link #uploads} to what may keep them busy for long. */
  synchronized Executor upkeep(String destination) {
    return upkeep.computeIfAbsent(
        destination, each -> new LimitedExecutor(uploads(each), UPKEEP_PER_DESTINATION));
  }

  /** Runs what must not wait for uploads, for one destination. */
  synchronized ExecutorService leases(String destination) {
    return leases.computeIfAbsent(destination, each -> pool("litestream-lease", 1));
  }

  /** Ends all threads; what is running is interrupted. */
  @Override
  public synchronized void close() {
    clock.shutdownNow();
    databases.shutdown();
    drills.shutdownNow();
    uploads.values().forEach(ExecutorService::shutdownNow);
    leases.values().forEach(ExecutorService::shutdownNow);
  }
}
