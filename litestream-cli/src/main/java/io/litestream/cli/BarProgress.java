package io.litestream.cli;

import java.io.PrintStream;
import java.time.Duration;
import java.util.function.LongSupplier;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** A bar with rate and remaining time. A restore that is over in a moment draws none. */
final class BarProgress implements ProgressReport {

  private static final long PATIENCE_NANOS = Duration.ofSeconds(1).toNanos();
  private static final int REDRAW_MILLIS = 200;
  private static final long MEGABYTE = 1_000_000;

  private final PrintStream out;
  private final LongSupplier nanoTime;
  private final long start;
  private @Nullable ProgressBar bar;

  /**
   * @param nanoTime as {@link System#nanoTime}
   */
  BarProgress(PrintStream out, LongSupplier nanoTime) {
    this.out = out;
    this.nanoTime = nanoTime;
    this.start = nanoTime.getAsLong();
  }

  @Override
  public void advanced(long doneBytes, long totalBytes) {
    if (bar == null && doneBytes < totalBytes && nanoTime.getAsLong() - start > PATIENCE_NANOS) {
      bar =
          new ProgressBarBuilder()
              .setTaskName("restoring")
              .setInitialMax(totalBytes)
              .setUnit(" MB", MEGABYTE)
              .setUpdateIntervalMillis(REDRAW_MILLIS)
              .setStyle(ProgressBarStyle.ASCII)
              .setConsumer(new ConsoleProgressBarConsumer(out))
              .showSpeed()
              .build();
    }
    if (bar != null) {
      bar.stepTo(doneBytes);
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
