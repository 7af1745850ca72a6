package io.litestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LineProgressTest {

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final AtomicLong nanoTime = new AtomicLong(-5);
  private final LineProgress progress =
      new LineProgress(new PrintStream(bytes, true, StandardCharsets.UTF_8), nanoTime::get);

  @Test
  void writesALineEveryTenSeconds() {
    progress.advanced(1_000_000, 40_000_000);
    nanoTime.addAndGet(Duration.ofSeconds(10).toNanos());
    progress.advanced(10_000_000, 40_000_000);
    nanoTime.addAndGet(Duration.ofSeconds(9).toNanos());
    progress.advanced(30_000_000, 40_000_000);
    progress.advanced(40_000_000, 40_000_000);

    assertThat(bytes.toString(StandardCharsets.UTF_8))
        .isEqualTo("restoring: 25% (10.0 MB of 40.0 MB), 1.0 MB/s, 30s left\n");
  }
}
