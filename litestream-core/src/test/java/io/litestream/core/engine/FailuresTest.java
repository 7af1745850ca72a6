package io.litestream.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.event.Level;
import org.slf4j.spi.NOPLoggingEventBuilder;

class FailuresTest {

  private final List<Level> lines = new ArrayList<>();
  private final Failures failures =
      new Failures(
          "it failed",
          new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(4), () -> 0),
          level -> {
            lines.add(level);
            return NOPLoggingEventBuilder.singleton();
          });

  @Test
  void isAnErrorOncePerReasonAndThenOnlyForDebugging() {
    failures.failed(new IOException("denied"));
    failures.failed(new IOException("denied"));
    failures.failed(new IOException("timed out"));
    failures.failed(new IOException("denied"));
    assertThat(lines).containsExactly(Level.ERROR, Level.DEBUG, Level.ERROR, Level.ERROR);
    assertThat(failures.error()).contains("denied");
  }

  @Test
  void theSameReasonIsNewsAgainAfterASuccess() {
    failures.failed(new IOException("denied"));
    assertThat(failures.isFailing()).isTrue();
    assertThat(failures.ended()).isTrue();
    assertThat(failures.isFailing()).isFalse();
    assertThat(failures.error()).isEmpty();
    assertThat(failures.ended()).isFalse();
    failures.failed(new IOException("denied"));
    assertThat(lines).containsExactly(Level.ERROR, Level.ERROR);
  }

  @Test
  void pausesGrowUntilASuccess() {
    assertThat(failures.failed(new IOException("a"))).isEqualTo(Duration.ofSeconds(1));
    assertThat(failures.failed(new IOException("b"))).isEqualTo(Duration.ofSeconds(2));
    assertThat(failures.ended()).isTrue();
    assertThat(failures.failed(new IOException("c"))).isEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void whatHasNoMessageIsToldByItsClass() {
    assertThat(Failures.reason(new IOException())).isEqualTo("IOException");
  }
}
