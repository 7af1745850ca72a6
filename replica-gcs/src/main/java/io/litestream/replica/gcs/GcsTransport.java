package io.litestream.replica.gcs;

import com.google.api.client.http.HttpTransport;
import com.google.api.client.http.LowLevelHttpRequest;
import io.litestream.spi.RequestObserver;
import io.litestream.spi.RequestObserver.Operation;
import io.litestream.spi.RequestObserver.Request;
import java.net.URI;
import java.time.Duration;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.io.CloseMode;

/**
 * Makes Google's library talk through Apache's HTTP client, and tells an observer of every request
 * that goes out, each try by itself. The clients that the library would choose repeat requests
 * without telling.
 */
final class GcsTransport extends HttpTransport {

  /** More than the engine has threads for one destination, and restores read ahead. */
  private static final int MOST_CONNECTIONS = 64;

  private final RequestObserver observer;
  private final CloseableHttpClient client;

  GcsTransport(RequestObserver observer) {
    this.observer = observer;
    this.client =
        HttpClients.custom()
            .setConnectionManager(
                PoolingHttpClientConnectionManagerBuilder.create()
                    .useSystemProperties()
                    .setMaxConnPerRoute(MOST_CONNECTIONS)
                    .setMaxConnTotal(MOST_CONNECTIONS)
                    .build())
            .useSystemProperties()
            .disableAutomaticRetries()
            // The service answers with 308 where it means "go on".
            .disableRedirectHandling()
            .disableContentCompression()
            .disableCookieManagement()
            .build();
  }

  @Override
  public boolean supportsMethod(String method) {
    return true;
  }

  @Override
  protected LowLevelHttpRequest buildRequest(String method, String url) {
    URI uri = URI.create(url);
    return new GcsRequest(this, method, uri, operation(method, uri.getRawPath()));
  }

  private static Operation operation(String method, String path) {
    return switch (method) {
      case "GET" -> path.endsWith("/o") ? Operation.LIST : Operation.GET;
      case "DELETE" -> Operation.DELETE;
      case "POST" -> path.startsWith("/batch/") ? Operation.DELETE : Operation.PUT;
      default -> Operation.PUT;
    };
  }

  CloseableHttpClient client() {
    return client;
  }

  /**
   * @param began by {@link System#nanoTime}
   */
  void ended(Operation operation, long bytes, long began, boolean failed) {
    observer.onRequest(
        new Request(operation, bytes, Duration.ofNanos(System.nanoTime() - began), failed));
  }

  /** Breaks off what is under way. */
  @Override
  public void shutdown() {
    client.close(CloseMode.IMMEDIATE);
  }
}
