package io.litestream.spi;

import org.jspecify.annotations.Nullable;

/** There is no object of that key. */
public final class NoSuchObjectException extends ReplicaException {

  private static final long serialVersionUID = 1L;

  public NoSuchObjectException(String key, @Nullable Throwable cause) {
    super(Kind.NOT_FOUND, "open", key, null, "there is no such object", cause);
  }
}
