package io.litestream.cli.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The expected texts are what Go 1.x prints and accepts. */
class GoDurationTest {

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "0s, 0",
    "-0, 0",
    "1ns, 1",
    "250ms, 250000000",
    "1.5s, 1500000000",
    ".5s, 500000000",
    "1.s, 1000000000",
    "1h30m, 5400000000000",
    "1h0m5s, 3605000000000",
    "10us, 10000",
    "10\u00b5s, 10000",
    "10\u03bcs, 10000",
    "-5s, -5000000000",
    "+5s, 5000000000",
    "1m1m, 120000000000",
    "0.3ns, 0",
    "2562047h47m16.854775807s, 9223372036854775807",
  })
  void parses(String text, long nanos) {
    assertThat(GoDuration.parse(text)).isEqualTo(Duration.ofNanos(nanos));
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "``, it is empty",
        "10x, 'x' is no unit",
        "1d, 'd' is no unit",
        "10, its unit is missing",
        "1h30, its unit is missing",
        "s, a duration is written like",
        "-, a duration is written like",
        "., a duration is written like",
        "1..5s, a duration is written like",
        "`1 s`, ' s' is no unit",
        "` 1s`, a duration is written like",
        "1S, 'S' is no unit",
        "3000000h, longer than 292 years",
      })
  void rejects(String text, String why) {
    assertThatThrownBy(() -> GoDuration.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(why);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0s",
    "1, 1ns",
    "1100, 1.1\u00b5s",
    "2200000, 2.2ms",
    "9255282, 9.255282ms",
    "999999999, 999.999999ms",
    "1000000000, 1s",
    "3300000000, 3.3s",
    "60000000000, 1m0s",
    "245000000000, 4m5s",
    "245001000000, 4m5.001s",
    "18000000000000, 5h0m0s",
    "100000000000000, 27h46m40s",
    "-1500000000, -1.5s",
    "-50, -50ns",
    "9223372036854775807, 2562047h47m16.854775807s",
  })
  void formats(long nanos, String text) {
    assertThat(GoDuration.format(Duration.ofNanos(nanos))).isEqualTo(text);
  }

  /** As v0.3.13 shows lags, seen by setting the times of its files. */
  @ParameterizedTest
  @CsvSource({
    "0, 0s",
    "500, 500ns",
    "1500, 1\u00b5s",
    "999999, 999\u00b5s",
    "1500000, 1ms",
    "123456789, 123ms",
    "999999999, 999ms",
    "1234567890, 1.2s",
    "9999999999, 9.9s",
    "10000000000, 10s",
    "12345678901, 12s",
    "61234567890, 1m1s",
    "3661123456789, 1h1m1s",
    "-1500000000, -1.5s",
    "-12345678901, -12s",
    "-500000, -500\u00b5s",
    "-1500, -1\u00b5s",
  })
  void truncates(long nanos, String text) {
    assertThat(GoDuration.format(GoDuration.truncate(Duration.ofNanos(nanos)))).isEqualTo(text);
  }
}
