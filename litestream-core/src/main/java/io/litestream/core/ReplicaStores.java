package io.litestream.core;

import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaException.Kind;
import io.litestream.spi.ReplicaSettings;
import io.litestream.spi.ReplicaStore;
import io.litestream.spi.ReplicaStoreProvider;
import io.litestream.spi.RequestObserver;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The storage adapters on the class path, by type and URL scheme. Immutable; may be used by any
 * thread.
 */
public final class ReplicaStores {

  private final Map<String, ReplicaStoreProvider> byType = new TreeMap<>();
  private final Map<String, ReplicaStoreProvider> byScheme = new TreeMap<>();

  private ReplicaStores(Iterable<ReplicaStoreProvider> providers) throws ReplicaException {
    for (ReplicaStoreProvider provider : providers) {
      claim(byType, provider.type(), "type", provider);
      for (String scheme : provider.schemes()) {
        claim(byScheme, scheme, "URL scheme", provider);
      }
    }
  }

  /**
   * Finds the adapters through {@link ServiceLoader}.
   *
   * @throws ReplicaException of kind {@code CONFIGURATION}, if two adapters claim one type or
   *     scheme
   */
  public static ReplicaStores installed() throws ReplicaException {
    return new ReplicaStores(ServiceLoader.load(ReplicaStoreProvider.class));
  }

  /** As {@link #installed()}, with these adapters alone. */
  public static ReplicaStores of(Collection<? extends ReplicaStoreProvider> providers)
      throws ReplicaException {
    return new ReplicaStores(List.copyOf(providers));
  }

  private static void claim(
      Map<String, ReplicaStoreProvider> claims,
      String name,
      String what,
      ReplicaStoreProvider provider)
      throws ReplicaException {
    ReplicaStoreProvider other = claims.putIfAbsent(name, provider);
    if (other != null) {
      throw configuration(
          "two adapters claim the "
              + what
              + " '"
              + name
              + "': "
              + other.getClass().getName()
              + " and "
              + provider.getClass().getName()
              + "; remove one of their jars");
    }
  }

  /** The types that are available, in alphabetical order. */
  public SortedSet<String> types() {
    return new TreeSet<>(byType.keySet());
  }

  /**
   * Whether an argument is a replica's URL, and not a path: it begins with a scheme and {@code
   * ://}.
   */
  public static boolean isUrl(String argument) {
    return argument.matches("[A-Za-z][A-Za-z0-9+.-]*://.*");
  }

  /**
   * The type of the adapter that a URL leads to.
   *
   * @throws ReplicaException of kind {@code CONFIGURATION}, if there is none
   */
  public String typeOf(String url) throws ReplicaException {
    return provider(url).type();
  }

  /**
   * Takes a URL apart into settings, see {@link ReplicaStoreProvider#parseUrl}.
   *
   * @throws ReplicaException of kind {@code CONFIGURATION}, if no adapter knows it or it is
   *     malformed
   */
  public Map<String, String> parseUrl(String url) throws ReplicaException {
    return provider(url).parseUrl(url);
  }

  /**
   * Opens a store; sends no request.
   *
   * @throws ReplicaException of kind {@code CONFIGURATION}, if there is no adapter of that type, or
   *     a setting is missing, malformed or unknown
   */
  public ReplicaStore open(ReplicaOptions options, RequestObserver observer) throws IOException {
    ReplicaStoreProvider provider = byType.get(options.type());
    if (provider == null) {
      throw configuration(
          "no adapter for replicas of type '"
              + options.type()
              + "' is installed; there are: "
              + String.join(", ", types()));
    }
    return provider.open(new ReplicaSettings(options.type(), options.settings()), observer);
  }

  private ReplicaStoreProvider provider(String url) throws ReplicaException {
    int colon = url.indexOf("://");
    if (colon < 1) {
      throw configuration(
          "a replica URL begins with a scheme, such as file:///var/backups/app; this one has none");
    }
    String scheme = url.substring(0, colon).toLowerCase(Locale.ROOT);
    ReplicaStoreProvider provider = byScheme.get(scheme);
    if (provider == null) {
      throw configuration(
          "no adapter for "
              + scheme
              + ":// URLs is installed; there are: "
              + String.join(", ", byScheme.keySet()));
    }
    return provider;
  }

  private static ReplicaException configuration(String detail) {
    return new ReplicaException(Kind.CONFIGURATION, "configure", null, null, detail, null);
  }
}
