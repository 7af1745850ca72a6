package io.litestream.cli.config;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Durations as Go writes and reads them: {@code 1h30m}, {@code 250ms}, {@code 1.5s}. Configuration
 * files, tables and logs use this form.
 */
public final class GoDuration {

  private static final Pattern PART =
      Pattern.compile("([0-9]+\\.?[0-9]*|\\.[0-9]+)([^0-9.]*)", Pattern.DOTALL);

  private static final long MICROSECOND = 1_000L;
  private static final long MILLISECOND = 1_000_000L;
  private static final long SECOND = 1_000_000_000L;

  /** Both signs for micro: U+00B5, the one on keyboards, and U+03BC, the Greek letter. */
  private static final Map<String, Long> UNITS =
      Map.of(
          "ns", 1L,
          "us", MICROSECOND,
          "\u00b5s", MICROSECOND,
          "\u03bcs", MICROSECOND,
          "ms", MILLISECOND,
          "s", SECOND,
          "m", 60 * SECOND,
          "h", 3600 * SECOND);

  private static final String EXAMPLE = "a duration is written like 1h30m, 10s or 250ms";

  private GoDuration() {}

  /**
   * Reads a duration. {@code 0} needs no unit.
   *
   * @throws IllegalArgumentException if the text is none; the message says why, on one line, and
   *     does not repeat the text
   */
  public static Duration parse(String text) {
    if (text.isEmpty()) {
      throw new IllegalArgumentException("it is empty; " + EXAMPLE);
    }
    boolean negative = text.startsWith("-");
    String digits = negative || text.startsWith("+") ? text.substring(1) : text;
    if (digits.equals("0")) {
      return Duration.ZERO;
    }
    Matcher part = PART.matcher(digits);
    BigDecimal nanos = BigDecimal.ZERO;
    int end = 0;
    while (end < digits.length()) {
      if (!part.find(end) || part.start() != end) {
        throw new IllegalArgumentException(EXAMPLE);
      }
      nanos = nanos.add(new BigDecimal(part.group(1)).multiply(unit(part.group(2))));
      end = part.end();
    }
    if (end == 0) {
      throw new IllegalArgumentException(EXAMPLE);
    }
    BigInteger whole = nanos.toBigInteger();
    if (whole.bitLength() > 63) {
      throw new IllegalArgumentException("it is longer than 292 years");
    }
    return Duration.ofNanos(negative ? -whole.longValueExact() : whole.longValueExact());
  }

  private static BigDecimal unit(String name) {
    if (name.isEmpty()) {
      throw new IllegalArgumentException("its unit is missing; " + EXAMPLE);
    }
    Long nanos = UNITS.get(name);
    if (nanos == null) {
      throw new IllegalArgumentException(
          "'" + name + "' is no unit; there are ns, us, ms, s, m and h");
    }
    return BigDecimal.valueOf(nanos);
  }

  /** Writes a duration as Go does: {@code 1h0m5s}, {@code 1.5s}, {@code 9.255282ms}, {@code 0s}. */
  public static String format(Duration duration) {
    if (duration.isZero()) {
      return "0s";
    }
    String sign = duration.isNegative() ? "-" : "";
    BigDecimal seconds =
        BigDecimal.valueOf(duration.getSeconds())
            .add(BigDecimal.valueOf(duration.getNano(), 9))
            .abs();
    BigDecimal nanos = seconds.movePointRight(9);
    if (nanos.compareTo(BigDecimal.valueOf(SECOND)) < 0) {
      long count = nanos.longValueExact();
      if (count < MICROSECOND) {
        return sign + count + "ns";
      }
      return count < MILLISECOND
          ? sign + plain(nanos.movePointLeft(3)) + "\u00b5s"
          : sign + plain(nanos.movePointLeft(6)) + "ms";
    }
    BigDecimal[] minutes = seconds.divideAndRemainder(BigDecimal.valueOf(60));
    long hours = minutes[0].longValueExact() / 60;
    long minute = minutes[0].longValueExact() % 60;
    String text = plain(minutes[1]) + "s";
    if (hours > 0) {
      return sign + hours + "h" + minute + "m" + text;
    }
    return minute > 0 ? sign + minute + "m" + text : sign + text;
  }

  /**
   * Cuts off what nobody needs to see of a lag: tenths of a second from 1 s on, whole seconds from
   * 10 s on, and below likewise whole milliseconds and microseconds.
   */
  public static Duration truncate(Duration duration) {
    Duration size = duration.abs();
    if (isLonger(size, 10 * SECOND)) {
      return multiple(duration, SECOND);
    }
    if (isLonger(size, SECOND)) {
      return multiple(duration, SECOND / 10);
    }
    if (isLonger(size, MILLISECOND)) {
      return multiple(duration, MILLISECOND);
    }
    return isLonger(size, MICROSECOND) ? multiple(duration, MICROSECOND) : duration;
  }

  private static boolean isLonger(Duration duration, long nanos) {
    return duration.compareTo(Duration.ofNanos(nanos)) > 0;
  }

  /** Rounds toward zero. */
  private static Duration multiple(Duration duration, long nanos) {
    Duration unit = Duration.ofNanos(nanos);
    return duration.isNegative()
        ? unit.multipliedBy(duration.abs().dividedBy(unit)).negated()
        : unit.multipliedBy(duration.dividedBy(unit));
  }

  private static String plain(BigDecimal number) {
    return number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
  }
}
