package io.litestream.testkit;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Stops what is asked of a store until it is let go, so that a test can look at what happens
 * meanwhile: calls to an {@link InMemoryStore}, or what passes a proxy.
 */
public final class StoreHold {

  private final CountDownLatch reached = new CountDownLatch(1);
  private final CountDownLatch released = new CountDownLatch(1);
  private final Runnable onRelease;

  StoreHold() {
    this(() -> {});
  }

  StoreHold(Runnable onRelease) {
    this.onRelease = onRelease;
  }

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
    onRelease.run();
  }

  void reach() {
    reached.countDown();
  }

  void pass() throws InterruptedException {
    reach();
    released.await();
  }
}
