package io.litestream.cli.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.io.PrintStream;

/** Writes each event to a stream at once, whole lines at a time. */
final class StreamAppender extends AppenderBase<ILoggingEvent> {

  private final LineFormat format;
  private final PrintStream stream;

  StreamAppender(LineFormat format, PrintStream stream) {
    this.format = format;
    this.stream = stream;
  }

  @Override
  protected void append(ILoggingEvent event) {
    stream.print(format.format(event));
    stream.flush();
  }
}
