package io.litestream.cli.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import io.litestream.cli.config.GoDuration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.event.KeyValuePair;

/** What a log event says beside its message. */
final class Facts {

  private static final String ERROR = "error";

  private Facts() {}

  /**
   * The event's keys and values, then its exception: the message as {@code error}, and the stack as
   * {@code stack} if the event itself is for debugging.
   */
  static List<KeyValuePair> of(ILoggingEvent event) {
    List<KeyValuePair> given = event.getKeyValuePairs();
    IThrowableProxy thrown = event.getThrowableProxy();
    if (thrown == null) {
      return given == null ? List.of() : given;
    }
    List<KeyValuePair> facts = new ArrayList<>(given == null ? List.of() : given);
    if (facts.stream().noneMatch(fact -> fact.key.equals(ERROR))) {
      String message = thrown.getMessage();
      facts.add(new KeyValuePair(ERROR, message == null ? thrown.getClassName() : message));
    }
    if (!event.getLevel().isGreaterOrEqual(Level.INFO)) {
      facts.add(new KeyValuePair("stack", ThrowableProxyUtil.asString(thrown)));
    }
    return facts;
  }

  static String level(ILoggingEvent event) {
    return event.getLevel().toString();
  }

  /** A value as text; durations as Go writes them. */
  static String text(Object value) {
    if (value instanceof Duration duration) {
      return GoDuration.format(duration);
    }
    if (value instanceof Optional<?> optional) {
      return optional.map(Facts::text).orElse("");
    }
    return String.valueOf(value);
  }
}
