package io.litestream.replica.s3;

import io.litestream.spi.ListRequest;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Where the store itself says that a page's successor begins, for as long as somebody may ask for
 * it. To start after the last key of the page before would be the same by the protocol, but not by
 * all servers: MinIO's listings end early where directories begin alike, if they are continued by
 * key. Used by any number of threads.
 */
final class PageTokens {

  private static final int MOST = 64;

  private final Map<ListRequest, String> tokens =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<ListRequest, String> eldest) {
          return size() > MOST;
        }
      };

  /**
   * @param successor the request that asks for the page after
   */
  void put(ListRequest successor, String token) {
    synchronized (tokens) {
      tokens.put(successor, token);
    }
  }

  /** The token of the page that is asked for, if the page before was listed here. */
  Optional<String> take(ListRequest request) {
    synchronized (tokens) {
      return Optional.ofNullable(tokens.remove(request));
    }
  }
}
