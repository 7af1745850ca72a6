package io.litestream.cli.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import io.litestream.cli.config.LogSettings;
import java.io.PrintStream;
import java.time.ZoneId;
import org.slf4j.LoggerFactory;

/** Sets up logging for the process. */
public final class Logging {

  /** Everything of this project logs below it. */
  private static final String OURS = "io.litestream";

  private Logging() {}

  /**
   * Logs to a stream from now on. May be called again; the last call counts.
   *
   * @param settings the level counts for this project. Libraries are heard from {@code INFO} on,
   *     but only while debugging: what they have to say of a failure comes up as one of ours, and
   *     some log it four times as well
   * @param zone of the times in the lines
   */
  public static void configure(LogSettings settings, PrintStream stream, ZoneId zone) {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    StreamAppender appender =
        new StreamAppender(settings.json() ? new SlogJson(zone) : new SlogText(zone), stream);
    appender.setContext(context);
    appender.start();
    Level level = Level.convertAnSLF4JLevel(settings.level());
    ch.qos.logback.classic.Logger root =
        context.getLogger(ch.qos.logback.classic.Logger.ROOT_LOGGER_NAME);
    root.detachAndStopAllAppenders();
    root.addAppender(appender);
    root.setLevel(level.isGreaterOrEqual(Level.INFO) ? Level.OFF : Level.INFO);
    context.getLogger(OURS).setLevel(level);
  }
}
