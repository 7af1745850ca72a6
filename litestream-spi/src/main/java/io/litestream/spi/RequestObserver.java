package io.litestream.spi;

import java.time.Duration;

/**
 * Hears of every request that a store sends, so that counting, metrics and cost live in one place.
 * Called by the thread that made the request, after its end, and so by several at once; must return
 * quickly and not throw.
 */
@FunctionalInterface
public interface RequestObserver {

  /** Hears nothing. */
  RequestObserver NONE = request -> {};

  /** Is told of one request. */
  void onRequest(Request request);

  /** The kinds of requests, by what stores charge for them. */
  enum Operation {
    GET,
    PUT,
    DELETE,
    LIST
  }

  /**
   * One request that has ended.
   *
   * @param bytes of objects carried, in either direction, as stored; 0 for lists and deletes
   * @param elapsed from the first byte sent to the last one received
   * @param failed whether the store refused it, or no answer came
   */
  record Request(Operation operation, long bytes, Duration elapsed, boolean failed) {}
}
