package io.litestream.testkit;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Runs parts of a test at the same time and fails with the first one that fails. */
final class InParallel {

  interface Task {
    void run() throws Exception;
  }

  interface KeyTask {
    void run(String key) throws Exception;
  }

  private static final int THREADS = 16;
  private static final int LIMIT_SECONDS = 90;

  private InParallel() {}

  /** Each task in a thread of its own; they begin together. */
  static void run(List<Task> tasks) throws Exception {
    var start = new CyclicBarrier(tasks.size());
    execute(
        tasks.size(),
        tasks.stream()
            .<Task>map(
                task ->
                    () -> {
                      start.await();
                      task.run();
                    })
            .toList());
  }

  static void forEach(Collection<String> keys, KeyTask task) throws Exception {
    execute(THREADS, keys.stream().<Task>map(key -> () -> task.run(key)).toList());
  }

  private static void execute(int threads, List<Task> tasks) throws Exception {
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      // In the order in which they end, so that a failure is seen while the others still run.
      var ended = new ExecutorCompletionService<Boolean>(executor);
      for (Task task : tasks) {
        ended.submit(
            () -> {
              task.run();
              return true;
            });
      }
      for (int i = 0; i < tasks.size(); i++) {
        Future<Boolean> next = ended.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
        if (next == null) {
          throw new AssertionError("R8 nothing has ended for " + LIMIT_SECONDS + " seconds");
        }
        next.get();
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof AssertionError failure) {
        throw failure;
      }
      if (e.getCause() instanceof Exception failure) {
        throw failure;
      }
      throw e;
    } finally {
      executor.shutdownNow();
    }
  }
}
