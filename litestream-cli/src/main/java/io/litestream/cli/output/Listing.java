package io.litestream.cli.output;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.litestream.cli.config.GoDuration;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Rows under named columns, printed as a table for people and scripts, or as JSON. Values are text,
 * numbers, {@link Instant}s, {@link Duration}s and lists of text.
 */
public final class Listing {

  /** Between two columns, as in the peer's tables. */
  private static final int PADDING = 2;

  private final List<String> columns;
  private final List<List<Object>> rows = new ArrayList<>();
  private final Map<String, String> jsonKeys = new HashMap<>();

  public Listing(String... columns) {
    this.columns = List.of(columns);
  }

  /** Names a column otherwise in JSON. */
  public Listing withJsonKey(String column, String key) {
    jsonKeys.put(column, key);
    return this;
  }

  /** Adds a row: one value for each column. */
  public void add(Object... values) {
    if (values.length != columns.size()) {
      throw new IllegalArgumentException(values.length + " values for " + columns);
    }
    rows.add(List.of(values));
  }

  /** Prints a header and a line for each row, columns aligned, times to the second. */
  public void printTable(PrintStream out) {
    List<List<String>> lines = new ArrayList<>();
    lines.add(columns);
    for (List<Object> row : rows) {
      lines.add(row.stream().map(Listing::cell).toList());
    }
    int[] widths = new int[columns.size()];
    for (List<String> line : lines) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], width(line.get(i)) + PADDING);
      }
    }
    for (List<String> line : lines) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        String cell = line.get(i);
        text.append(cell);
        if (i < widths.length - 1) {
          text.append(" ".repeat(widths[i] - width(cell)));
        }
      }
      out.print(text.append('\n'));
    }
  }

  private static int width(String cell) {
    return cell.codePointCount(0, cell.length());
  }

  private static String cell(Object value) {
    if (value instanceof Instant instant) {
      return instant.truncatedTo(ChronoUnit.SECONDS).toString();
    }
    if (value instanceof Duration duration) {
      return GoDuration.format(GoDuration.truncate(duration));
    }
    if (value instanceof List<?> list) {
      return String.join(",", texts(list));
    }
    return value.toString();
  }

  /**
   * Prints an array of objects, keys named like the columns unless said otherwise. A duration is a
   * number of seconds, and its key ends in {@code _seconds}; times are exact.
   */
  public void printJson(PrintStream out) throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      json.useDefaultPrettyPrinter();
      json.writeStartArray();
      for (List<Object> row : rows) {
        json.writeStartObject();
        for (int i = 0; i < row.size(); i++) {
          String column = columns.get(i);
          write(json, jsonKeys.getOrDefault(column, column), row.get(i));
        }
        json.writeEndObject();
      }
      json.writeEndArray();
    }
    out.print(text + "\n");
  }

  private static void write(JsonGenerator json, String column, Object value) throws IOException {
    if (value instanceof Duration duration) {
      json.writeNumberField(column + "_seconds", duration.toNanos() / 1e9);
    } else if (value instanceof Integer || value instanceof Long) {
      json.writeNumberField(column, ((Number) value).longValue());
    } else if (value instanceof BigDecimal number) {
      json.writeNumberField(column, number);
    } else if (value instanceof List<?> list) {
      json.writeArrayFieldStart(column);
      for (String item : texts(list)) {
        json.writeString(item);
      }
      json.writeEndArray();
    } else {
      json.writeStringField(column, value.toString());
    }
  }

  private static List<String> texts(List<?> items) {
    return items.stream().map(String::valueOf).toList();
  }
}
