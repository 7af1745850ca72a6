package io.litestream.testkit;

/** Holds up threads while it is on. Used by any number of them. */
final class HangSwitch {

  private final Object lock = new Object();
  private boolean on;

  void hold() {
    synchronized (lock) {
      on = true;
    }
  }

  void release() {
    synchronized (lock) {
      on = false;
      lock.notifyAll();
    }
  }

  void pass() throws InterruptedException {
    synchronized (lock) {
      while (on) {
        lock.wait();
      }
    }
  }
}
