package io.litestream.spi;

import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Lets a thread that waits for a socket hear of an interrupt, as R8 of {@link ReplicaStore} asks:
 * by itself it does not. For libraries that block in {@code java.net.Socket}; those that wait for a
 * future or a channel hear of it without help.
 *
 * <pre>{@code
 * Response answer = InterruptibleWait.run(() -> call.execute(), call::cancel);
 * }</pre>
 *
 * <p>One thread looks after all waits of the process. It ends when there has been none for a
 * minute.
 */
public final class InterruptibleWait {

  /** How soon an interrupt is heard. */
  private static final long HEARING_MILLIS = 100;

  private static final int ROUNDS_BEFORE_THE_END = 600;

  private static final Set<InterruptibleWait> UNDER_WAY = ConcurrentHashMap.newKeySet();
  private static final Object LOCK = new Object();
  private static volatile @Nullable Thread hearing;

  private final Thread waiting = Thread.currentThread();
  private final Runnable breakOff;

  private InterruptibleWait(Runnable breakOff) {
    this.breakOff = breakOff;
  }

  /** What a thread waits in. */
  @FunctionalInterface
  public interface Wait<T> {
    T run() throws IOException;
  }

  /**
   * Runs a wait in this thread.
   *
   * @param breakOff makes the wait end by an exception; called by another thread while this one is
   *     interrupted and still waits, perhaps more than once. It must not block itself.
   * @throws IOException as the wait does; whether an interrupt is the reason, the thread's status
   *     tells, which is left as it is
   */
  public static <T> T run(Wait<T> wait, Runnable breakOff) throws IOException {
    var here = new InterruptibleWait(breakOff);
    UNDER_WAY.add(here);
    try {
      if (hearing == null) {
        beginToHear();
      }
      return wait.run();
    } finally {
      UNDER_WAY.remove(here);
    }
  }

  private static void beginToHear() {
    synchronized (LOCK) {
      if (hearing == null) {
        Thread thread = new Thread(InterruptibleWait::hear, "litestream-interrupts");
        thread.setDaemon(true);
        hearing = thread;
        thread.start();
      }
    }
  }

  private static void hear() {
    try {
      for (int idle = 0; idle < ROUNDS_BEFORE_THE_END; idle = UNDER_WAY.isEmpty() ? idle + 1 : 0) {
        Thread.sleep(HEARING_MILLIS);
        UNDER_WAY.forEach(InterruptibleWait::breakOffIfInterrupted);
      }
    } catch (InterruptedException e) {
      // Nobody has a reason to.
    } finally {
      hearing = null;
      // Who began to wait before the line above has seen this thread, and relied on it.
      if (!UNDER_WAY.isEmpty()) {
        beginToHear();
      }
    }
  }

  private void breakOffIfInterrupted() {
    if (waiting.isInterrupted()) {
      try {
        breakOff.run();
      } catch (RuntimeException e) {
        // The wait ends by its deadline then; those of other threads are not to suffer from it.
      }
    }
  }
}
