package io.litestream.cli.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.core.spi.ContextAwareBase;

/**
 * Keeps Logback from looking for configuration files at start, which takes longer than most
 * commands. Until {@link Logging#configure} is called, nothing is logged. Found by {@link
 * java.util.ServiceLoader}.
 */
public final class QuietStart extends ContextAwareBase implements Configurator {

  /** For {@link java.util.ServiceLoader}. */
  public QuietStart() {}

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    context.getLogger(ch.qos.logback.classic.Logger.ROOT_LOGGER_NAME).setLevel(Level.OFF);
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }
}
