package io.litestream.core.engine;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * The failures of work that is tried again and again: how long to wait after each, and a line of
 * the log once per change of state, so that what stays away for hours does not fill it. Told by one
 * thread at a time, read by any.
 */
final class Failures {

  private final String announcement;
  private final Backoff backoff;
  private final Function<Level, LoggingEventBuilder> log;
  private volatile @Nullable String error;

  /**
   * @param announcement what the log says of a failure
   * @param log begins a line that names what is worked on
   */
  Failures(String announcement, Backoff backoff, Function<Level, LoggingEventBuilder> log) {
    this.announcement = announcement;
    this.backoff = backoff;
    this.log = log;
  }

  /** Why something failed, in one line. */
  static String reason(Exception e) {
    return Optional.ofNullable(e.getMessage()).orElse(e.getClass().getSimpleName());
  }

  /** The work failed once more; returns how long to wait with the next try. */
  Duration failed(Exception e) {
    String message = reason(e);
    Duration pause = backoff.next();
    boolean news = !message.equals(error);
    error = message;
    log.apply(news ? Level.ERROR : Level.DEBUG)
        .addKeyValue("error", message)
        .addKeyValue("retry-in", pause)
        .setCause(e)
        .log(announcement);
    return pause;
  }

  /** The work was done; returns whether it had failed before. */
  boolean ended() {
    backoff.reset();
    boolean before = error != null;
    error = null;
    return before;
  }

  /** Whether the last try failed. */
  boolean isFailing() {
    return error != null;
  }

  /** Why the last try failed; empty if it did not. */
  Optional<String> error() {
    return Optional.ofNullable(error);
  }
}
