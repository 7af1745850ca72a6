package io.litestream.core.engine;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * Lends some of another executor's threads: of what it is given, no more runs at once than that.
 * What runs for long leaves the others free. May be used by any thread.
 */
final class LimitedExecutor implements Executor {

  private final Executor threads;
  private final int most;
  private final Object lock = new Object();

  // Guarded by lock.
  private final Queue<Runnable> waiting = new ArrayDeque<>();
  private int running;

  LimitedExecutor(Executor threads, int most) {
    this.threads = threads;
    this.most = most;
  }

  @Override
  public void execute(Runnable body) {
    synchronized (lock) {
      if (running == most) {
        waiting.add(body);
        return;
      }
      running++;
    }
    start(body);
  }

  private void start(Runnable body) {
    try {
      threads.execute(() -> run(body));
    } catch (RejectedExecutionException e) {
      synchronized (lock) {
        running--;
      }
      throw e;
    }
  }

  private void run(Runnable body) {
    try {
      body.run();
    } finally {
      Runnable next;
      synchronized (lock) {
        next = waiting.poll();
        if (next == null) {
          running--;
        }
      }
      if (next != null) {
        startNext(next);
      }
    }
  }

  private void startNext(Runnable next) {
    try {
      start(next);
    } catch (RejectedExecutionException e) {
      synchronized (lock) {
        waiting.clear(); // the threads have been closed
      }
    }
  }
}
