package io.litestream.core.position;

import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Number of a transaction in a database's history, as Litestream v0.5 counts: the first one is 1.
 */
public record TxId(long number) implements Comparable<TxId> {

  private static final Pattern TEXT = Pattern.compile("[0-9a-f]{16}");

  public TxId {
    if (number < 1) {
      throw new IllegalArgumentException("transactions are numbered from 1, not " + number);
    }
  }

  /** Reads 16 lower-case hexadecimal digits; empty if it is anything else, or 0, or above 2^63. */
  public static Optional<TxId> parse(String text) {
    if (!TEXT.matcher(text).matches()) {
      return Optional.empty();
    }
    long number = HexFormat.fromHexDigitsToLong(text);
    return number < 1 ? Optional.empty() : Optional.of(new TxId(number));
  }

  @Override
  public int compareTo(TxId other) {
    return Long.compare(number, other.number);
  }

  /** As names hold it and people see it: 16 hexadecimal digits. */
  @Override
  public String toString() {
    return HexFormat.of().toHexDigits(number);
  }
}
