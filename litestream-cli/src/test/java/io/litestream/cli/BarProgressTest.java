package io.litestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class BarProgressTest {

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final AtomicLong nanoTime = new AtomicLong();
  private final BarProgress progress =
      new BarProgress(new PrintStream(bytes, true, StandardCharsets.UTF_8), nanoTime::get);

  @Test
  void aQuickRestoreDrawsNothing() {
    progress.advanced(1, 10);
    progress.advanced(10, 10);
    progress.close();

    assertThat(bytes.size()).isZero();
  }

  @Test
  void aLongerOneDrawsABar() {
    nanoTime.addAndGet(Duration.ofMillis(1001).toNanos());
    progress.advanced(10_000_000, 40_000_000);
    progress.close();

    assertThat(bytes.toString(StandardCharsets.UTF_8)).contains("restoring", "25%", "10/40 MB");
  }
}
