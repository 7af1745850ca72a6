package io.litestream.cli;

import java.time.Duration;
import java.util.concurrent.Callable;

/** How these tests wait: for something to come true, not for time to pass. */
public final class Wait {

  /** Much longer than anything takes that is waited for, on a busy machine too. */
  public static final Duration LIMIT = Duration.ofSeconds(60);

  private static final long BETWEEN_LOOKS_MILLIS = 5;

  private Wait() {}

  /** Something that comes true. */
  @FunctionalInterface
  public interface Condition {
    /** Whether it has; whatever it throws ends the wait. */
    boolean holds() throws Exception;
  }

  /** Looks again and again, leaving the processor to what is waited for. Fails after a minute. */
  public static void until(String what, Condition condition) throws Exception {
    until(what, LIMIT, () -> "", condition);
  }

  /**
   * As above, for another time.
   *
   * @param instead tells, for the message of a failure, what there is
   */
  public static void until(
      String what, Duration limit, Callable<String> instead, Condition condition) throws Exception {
    long began = System.nanoTime();
    while (!condition.holds()) {
      if (System.nanoTime() - began > limit.toNanos()) {
        throw new AssertionError(
            "not within %d s: %s. %s".formatted(limit.toSeconds(), what, instead.call()));
      }
      Thread.sleep(BETWEEN_LOOKS_MILLIS);
    }
  }
}
