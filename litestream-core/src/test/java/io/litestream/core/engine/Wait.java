package io.litestream.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;

/** How these tests wait: for something to come true, not for time to pass. */
final class Wait {

  /** Much longer than anything takes that is waited for, on a busy machine too. */
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private static final long BETWEEN_LOOKS_MILLIS = 2;

  private Wait() {}

  /** Something that comes true. */
  @FunctionalInterface
  interface Condition {
    boolean holds() throws Exception;
  }

  /**
   * Looks again and again, leaving the processor to what is waited for. Fails after half a minute.
   */
  static void until(String what, Condition condition) throws Exception {
    long began = System.nanoTime();
    while (!condition.holds()) {
      assertThat(Duration.ofNanos(System.nanoTime() - began))
          .as("waited for %s", what)
          .isLessThan(LIMIT);
      Thread.sleep(BETWEEN_LOOKS_MILLIS);
    }
  }
}
