package io.litestream.cli.cost;

import java.time.Duration;

/**
 * What a replica uses in a month of 30 days.
 *
 * @param puts requests, as are the next three
 * @param storedBytes kept on average, as stored
 */
public record Usage(double puts, double lists, double gets, double deletes, double storedBytes) {

  static final Duration MONTH = Duration.ofDays(30);

  /**
   * What was counted, as if it went on like that for a month.
   *
   * @param over in which time it was counted
   */
  public static Usage measured(
      long puts, long lists, long gets, long deletes, double storedBytes, Duration over) {
    if (over.toMillis() <= 0) {
      throw new IllegalArgumentException("nothing can be told of no time at all: " + over);
    }
    double scale = (double) MONTH.toMillis() / over.toMillis();
    return new Usage(puts * scale, lists * scale, gets * scale, deletes * scale, storedBytes);
  }
}
