package com.example.shelf;

import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaException.Kind;
import io.litestream.spi.RequestObserver.Operation;
import org.jspecify.annotations.Nullable;

/**
 * What the Shelf is asked for.
 *
 * @param operation the call of the store that this is for, in the words of {@link ReplicaException}
 * @param key the key or prefix, for messages
 * @param path of the request, with its query
 */
record ShelfCall(Operation kind, String operation, String key, String path) {

  ReplicaException failed(
      Kind reason, @Nullable String code, String detail, @Nullable Throwable cause) {
    return new ReplicaException(reason, operation, key, code, detail, cause);
  }

  ReplicaException unavailable(String detail, @Nullable Throwable cause) {
    return failed(Kind.UNAVAILABLE, null, detail, cause);
  }
}
