package io.litestream.cli.log;

import ch.qos.logback.classic.spi.ILoggingEvent;

/** How a log event becomes a line. */
@FunctionalInterface
interface LineFormat {

  /** The line, with its end. */
  String format(ILoggingEvent event);
}
