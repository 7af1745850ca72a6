package io.litestream.testkit;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Stops calls to an {@link InMemoryStore} until they are let go, so that a test can look at what
 * happens meanwhile.
 */
public final class StoreHold {

  private final CountDownLatch reached = new CountDownLatch(1);
  private final CountDownLatch released = new CountDownLatch(1);

  StoreHold() {}

  /**
   * Waits until a call is being held.
   *
   * @return false if none came within the limit
   */
  public boolean awaitReached(Duration limit) throws InterruptedException {
    return reached.await(limit.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Lets the calls go that are held, and holds none from now on. */
  public void release() {
    released.countDown();
  }

  void pass() throws InterruptedException {
    reached.countDown();
    released.await();
  }
}
