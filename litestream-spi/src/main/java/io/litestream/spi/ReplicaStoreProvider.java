package io.litestream.spi;

import java.io.IOException;
import java.util.Map;
import java.util.Set;

/**
 * Opens stores of one type. Found by {@link java.util.ServiceLoader}; has a public constructor
 * without parameters, which does nothing expensive: libraries are loaded in {@link #open}.
 *
 * <p>Two providers that claim the same type or URL scheme are an error at start.
 */
public interface ReplicaStoreProvider {

  /**
   * The name in the configuration's {@code type} and in metrics: lower case, such as {@code s3}.
   */
  String type();

  /** The URL schemes that lead here, such as {@code s3}; usually just the type. */
  Set<String> schemes();

  /**
   * Takes a replica URL apart.
   *
   * @param url begins with one of the {@link #schemes}
   * @return settings as {@link #open} reads them, the path within the store as {@code path}
   * @throws ReplicaException of kind {@code CONFIGURATION}, if something is missing or malformed
   */
  Map<String, String> parseUrl(String url) throws ReplicaException;

  /**
   * Opens a store; any number may be open at a time, on the same place too. Sends no request;
   * whether the store answers shows with the first call. Asks {@code settings} for every key that
   * it knows, and then calls {@link ReplicaSettings#rejectUnread()}.
   *
   * @throws ReplicaException of kind {@code CONFIGURATION}, if a setting is missing or malformed
   */
  ReplicaStore open(ReplicaSettings settings, RequestObserver observer) throws IOException;
}
