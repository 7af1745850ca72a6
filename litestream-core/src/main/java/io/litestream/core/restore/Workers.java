package io.litestream.core.restore;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * The threads that bring a restore's objects. They begin tasks in the order of their handing in.
 */
final class Workers implements AutoCloseable {

  private static final long END_SECONDS = 60;

  private final List<Thread> threads = Collections.synchronizedList(new ArrayList<>());
  private final ExecutorService executor;

  Workers(int count) {
    executor =
        Executors.newFixedThreadPool(
            count,
            task -> {
              Thread thread = new Thread(task, "litestream-restore");
              thread.setDaemon(true);
              threads.add(thread);
              return thread;
            });
  }

  void execute(Runnable task) {
    executor.execute(task);
  }

  /** Ends the threads, and waits until they are gone. */
  @Override
  public void close() {
    executor.shutdownNow();
    boolean interrupted = false;
    boolean waiting = true;
    while (waiting) {
      try {
        // A store that does not hear an interrupt must not keep a failed restore from ending.
        executor.awaitTermination(END_SECONDS, TimeUnit.SECONDS);
        // An executor has ended while its last threads are still on their way out.
        for (Thread thread : List.copyOf(threads)) {
          thread.join(TimeUnit.SECONDS.toMillis(1));
        }
        waiting = false;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
