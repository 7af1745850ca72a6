package io.litestream.core.restore;

/** Adds up what is done for a listener, and never goes back: not for a second pass either. */
final class Progress {

  private final RestoreProgress listener;
  private final long total;
  private long objects;
  private long told = -1;

  Progress(RestoreProgress listener, long total) {
    this.listener = listener;
    this.total = total;
  }

  /** Begins another pass over the same objects. */
  void restart() {
    objects = 0;
  }

  /** So many bytes of the current object are done. */
  void within(long bytes) {
    long done = Math.min(objects + bytes, total);
    if (done > told) {
      told = done;
      listener.advanced(done, total);
    }
  }

  /** The current object, of that size, is done. */
  void done(long size) {
    objects += size;
    within(0);
  }
}
