package io.litestream.cli.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import org.slf4j.event.KeyValuePair;

/** One JSON object a line: {@code time}, {@code level}, {@code msg}, then the facts. */
final class SlogJson implements LineFormat {

  private final JsonFactory json = new JsonFactory();
  private final ZoneId zone;

  SlogJson(ZoneId zone) {
    this.zone = zone;
  }

  @Override
  public String format(ILoggingEvent event) {
    StringWriter line = new StringWriter(200);
    try (JsonGenerator object = json.createGenerator(line)) {
      object.writeStartObject();
      object.writeStringField(
          "time", DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(event.getInstant().atZone(zone)));
      object.writeStringField("level", Facts.level(event));
      object.writeStringField("msg", event.getFormattedMessage());
      for (KeyValuePair fact : Facts.of(event)) {
        object.writeFieldName(fact.key);
        write(object, fact.value);
      }
      object.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return line.append('\n').toString();
  }

  /** Numbers and switches as such, durations in nanoseconds, anything else as text. */
  private static void write(JsonGenerator object, Object value) throws IOException {
    if (value instanceof Integer || value instanceof Long) {
      object.writeNumber(((Number) value).longValue());
    } else if (value instanceof Boolean flag) {
      object.writeBoolean(flag);
    } else if (value instanceof Duration duration) {
      object.writeNumber(duration.toNanos());
    } else {
      object.writeString(Facts.text(value));
    }
  }
}
