package io.litestream.cli;

import io.litestream.cli.config.GoDuration;
import io.litestream.cli.output.ByteCount;
import java.io.PrintStream;
import java.time.Duration;
import java.util.function.LongSupplier;

/** A line now and then, where a bar cannot be drawn. */
final class LineProgress implements ProgressReport {

  private static final long INTERVAL_NANOS = Duration.ofSeconds(10).toNanos();

  private final PrintStream out;
  private final LongSupplier nanoTime;
  private final long start;
  private long lastLine;

  /**
   * @param nanoTime as {@link System#nanoTime}
   */
  LineProgress(PrintStream out, LongSupplier nanoTime) {
    this.out = out;
    this.nanoTime = nanoTime;
    this.start = nanoTime.getAsLong();
    this.lastLine = start;
  }

  @Override
  public void advanced(long doneBytes, long totalBytes) {
    long now = nanoTime.getAsLong();
    if (now - lastLine < INTERVAL_NANOS || doneBytes <= 0) {
      return;
    }
    lastLine = now;
    double seconds = (now - start) / 1e9;
    double rate = doneBytes / seconds;
    long left = Math.round((totalBytes - doneBytes) / rate);
    out.printf(
        "restoring: %d%% (%s of %s), %s/s, %s left%n",
        100 * doneBytes / Math.max(totalBytes, 1),
        ByteCount.text(doneBytes),
        ByteCount.text(totalBytes),
        ByteCount.text(Math.round(rate)),
        GoDuration.format(Duration.ofSeconds(left)));
    out.flush();
  }
}
