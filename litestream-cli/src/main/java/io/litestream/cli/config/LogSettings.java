package io.litestream.cli.config;

import java.util.Locale;
import java.util.Optional;
import org.slf4j.event.Level;

/**
 * How to log.
 *
 * @param level the least important level that is written
 * @param json one JSON object a line, in place of {@code key=value} text
 * @param stderr write to standard error, in place of standard output
 */
public record LogSettings(Level level, boolean json, boolean stderr) {

  /** For commands that have no configuration file: output and log do not mix. */
  public static final LogSettings WITHOUT_FILE = new LogSettings(Level.INFO, false, true);

  /** The names of levels, for messages. */
  public static final String LEVELS = "trace, debug, info, warn or error";

  /** The level of a name, in upper or lower case. */
  public static Optional<Level> level(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "trace" -> Optional.of(Level.TRACE);
      case "debug" -> Optional.of(Level.DEBUG);
      case "info" -> Optional.of(Level.INFO);
      case "warn", "warning" -> Optional.of(Level.WARN);
      case "error" -> Optional.of(Level.ERROR);
      default -> Optional.empty();
    };
  }

  /** These settings with another level. */
  public LogSettings at(Level newLevel) {
    return new LogSettings(newLevel, json, stderr);
  }
}
