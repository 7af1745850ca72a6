package io.litestream.cli.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.slf4j.event.KeyValuePair;

/**
 * One line of {@code key=value} facts: {@code time=… level=INFO msg="initialized db" path=/app.db}.
 * A value is quoted if it is empty or holds a space, a quote, an equals sign or anything that does
 * not print.
 */
final class SlogText implements LineFormat {

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSXXX", Locale.ROOT);

  private final ZoneId zone;

  SlogText(ZoneId zone) {
    this.zone = zone;
  }

  @Override
  public String format(ILoggingEvent event) {
    StringBuilder line = new StringBuilder(160);
    line.append("time=")
        .append(TIME.format(Instant.ofEpochMilli(event.getTimeStamp()).atZone(zone)));
    append(line, "level", Facts.level(event));
    append(line, "msg", event.getFormattedMessage());
    for (KeyValuePair fact : Facts.of(event)) {
      append(line, fact.key, Facts.text(fact.value));
    }
    return line.append('\n').toString();
  }

  private static void append(StringBuilder line, String key, String value) {
    line.append(line.length() == 0 ? "" : " ");
    quoteIfNeeded(line, key);
    line.append('=');
    quoteIfNeeded(line, value);
  }

  private static void quoteIfNeeded(StringBuilder line, String text) {
    if (!text.isEmpty() && text.codePoints().noneMatch(SlogText::needsQuotes)) {
      line.append(text);
      return;
    }
    line.append('"');
    text.codePoints().forEach(c -> appendEscaped(line, c));
    line.append('"');
  }

  private static boolean needsQuotes(int c) {
    return c == ' ' || c == '"' || c == '=' || !isPrintable(c);
  }

  /** Letters, marks, numbers, punctuation, symbols, and of the spaces only the ASCII one. */
  private static boolean isPrintable(int c) {
    if (c < 0x80) {
      return c >= ' ' && c < 0x7f;
    }
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.SPACE_SEPARATOR,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }

  private static void appendEscaped(StringBuilder line, int c) {
    switch (c) {
      case '"' -> line.append("\\\"");
      case '\\' -> line.append("\\\\");
      case '\n' -> line.append("\\n");
      case '\r' -> line.append("\\r");
      case '\t' -> line.append("\\t");
      default -> {
        if (isPrintable(c)) {
          line.appendCodePoint(c);
        } else if (c < 0x80) {
          line.append(String.format("\\x%02x", c));
        } else if (c < 0x10000) {
          line.append(String.format("\\u%04x", c));
        } else {
          line.append(String.format("\\U%08x", c));
        }
      }
    }
  }
}
