package io.litestream.core.engine;

/**
 * How fast an application writes: bytes of WAL a second, over stretches that are long enough or saw
 * enough, since transactions come in bursts. Used by one thread.
 */
final class WriteRate {

  private static final long ENOUGH_NANOS = 250_000_000;
  private static final long ENOUGH_BYTES = 16 << 20;

  private long since;
  private long bytesThen;
  private double perSecond;

  /**
   * @param bytes written so far
   * @param now in nanoseconds, of any clock
   */
  WriteRate(long bytes, long now) {
    this.bytesThen = bytes;
    this.since = now;
  }

  /**
   * Notes how much has been written by now.
   *
   * @param bytes not less than in the last call, unless counting began anew
   */
  void update(long bytes, long now) {
    if (bytes < bytesThen) {
      bytesThen = 0;
    }
    if (now - since >= ENOUGH_NANOS || (bytes - bytesThen >= ENOUGH_BYTES && now > since)) {
      perSecond = (bytes - bytesThen) * 1e9 / (now - since);
      bytesThen = bytes;
      since = now;
    }
  }

  /** In the last stretch that is over; zero before the first. */
  double perSecond() {
    return perSecond;
  }
}
