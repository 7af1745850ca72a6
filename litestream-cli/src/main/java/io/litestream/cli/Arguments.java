package io.litestream.cli;

import io.litestream.core.position.Generation;
import io.litestream.core.position.TxId;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/** Values of options, from text. */
final class Arguments {

  private static final int HEX = 16;

  private Arguments() {}

  static Generation generation(String text) throws CommandException {
    if (!Generation.isName(text)) {
      throw new CommandException(
          "invalid -generation '"
              + text
              + "': a generation is named by 16 lower-case hexadecimal digits");
    }
    return new Generation(text);
  }

  /** A WAL index, in hexadecimal. */
  static int index(String text) throws CommandException {
    if (text.matches("[0-9a-fA-F]{1,8}")) {
      long index = Long.parseLong(text, HEX);
      if (index <= Integer.MAX_VALUE) {
        return (int) index;
      }
    }
    throw new CommandException(
        "invalid -index '" + text + "': an index is a hexadecimal number from 0 to 7fffffff");
  }

  /** A transaction of Litestream v0.5, in hexadecimal. */
  static TxId txId(String text) throws CommandException {
    if (text.matches("[0-9a-fA-F]{1,16}")) {
      long number = Long.parseUnsignedLong(text, HEX);
      if (number > 0) {
        return new TxId(number);
      }
    }
    throw new CommandException(
        "invalid -txid '" + text + "': a transaction is a hexadecimal number from 1");
  }

  /** A time as RFC 3339 writes it: any offset, any fraction down to the nanosecond. */
  static Instant timestamp(String text) throws CommandException {
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException e) {
      throw new CommandException(
          "invalid -timestamp '"
              + text
              + "': write date, time and offset as in 2026-01-31T23:59:59Z or"
              + " 2026-01-31T23:59:59.5"
              + ZoneOffset.ofHours(1));
    }
  }
}
