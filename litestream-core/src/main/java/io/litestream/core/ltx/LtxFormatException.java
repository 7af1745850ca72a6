package io.litestream.core.ltx;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Bytes that are no whole, unharmed LTX file. The message completes the sentence "this file …". */
public final class LtxFormatException extends IOException {

  private static final long serialVersionUID = 1L;

  LtxFormatException(String message) {
    this(message, null);
  }

  LtxFormatException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
