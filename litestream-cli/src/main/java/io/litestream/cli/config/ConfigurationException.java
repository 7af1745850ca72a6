package io.litestream.cli.config;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A configuration file cannot be used. The message is one line that begins with the file, the line
 * and the column, as editors understand it. It never holds the value of a secret.
 */
public final class ConfigurationException extends IOException {

  private static final long serialVersionUID = 1L;

  /** Something is wrong with the file as a whole. */
  public ConfigurationException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** Something is wrong at one place of the file. */
  ConfigurationException(Place place, String problem) {
    super(place + ": " + problem);
  }
}
