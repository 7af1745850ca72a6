package io.litestream.testkit;

import org.jspecify.annotations.Nullable;

/** Holds up threads while it is on. Used by any number of them. */
final class HangSwitch {

  private final Object lock = new Object();
  private @Nullable StoreHold hold;

  /** Is on until what is returned, or {@link #release}, lets go. */
  StoreHold hold() {
    return hold(this::release);
  }

  /**
   * As above.
   *
   * @param onRelease what letting go does; {@link #release} has to be a part of it
   */
  StoreHold hold(Runnable onRelease) {
    synchronized (lock) {
      var next = new StoreHold(onRelease);
      hold = next;
      return next;
    }
  }

  void release() {
    synchronized (lock) {
      hold = null;
      lock.notifyAll();
    }
  }

  void pass() throws InterruptedException {
    synchronized (lock) {
      while (hold != null) {
        hold.reach();
        lock.wait();
      }
    }
  }
}
