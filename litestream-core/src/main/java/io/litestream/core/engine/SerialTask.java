package io.litestream.core.engine;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A body that runs on an executor, never twice at once. A signal makes it run; signals that come
 * while it runs make it run once more.
 */
final class SerialTask {

  private enum State {
    IDLE,
    RUNNING,
    RUNNING_AGAIN
  }

  private final Executor executor;
  private volatile Runnable body;
  private final AtomicReference<State> state = new AtomicReference<>(State.IDLE);

  /**
   * @param body must not throw
   */
  SerialTask(Executor executor, Runnable body) {
    this.executor = executor;
    this.body = body;
  }

  /** Makes the body run at least once from its beginning after this call. */
  void signal() {
    State before = state.getAndUpdate(s -> s == State.IDLE ? State.RUNNING : State.RUNNING_AGAIN);
    if (before == State.IDLE) {
      submit();
    }
  }

  /** Replaces the body by another, which runs once what is running has ended. */
  void end(Runnable last) {
    body = last;
    signal();
  }

  private void submit() {
    try {
      executor.execute(this::run);
    } catch (RejectedExecutionException e) {
      state.set(State.IDLE); // the engine is closed
    }
  }

  private void run() {
    try {
      body.run();
    } finally {
      // One run per turn, so that a busy one leaves the thread to others.
      if (!state.compareAndSet(State.RUNNING, State.IDLE)) {
        state.set(State.RUNNING);
        submit();
      }
    }
  }
}
