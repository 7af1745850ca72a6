package io.litestream.replica.azure;

import com.azure.core.http.HttpHeaderName;
import com.azure.core.http.HttpMethod;
import com.azure.core.http.HttpPipelineCallContext;
import com.azure.core.http.HttpPipelineNextPolicy;
import com.azure.core.http.HttpPipelineNextSyncPolicy;
import com.azure.core.http.HttpRequest;
import com.azure.core.http.HttpResponse;
import com.azure.core.http.policy.HttpPipelinePolicy;
import io.litestream.spi.RequestObserver;
import io.litestream.spi.RequestObserver.Operation;
import io.litestream.spi.RequestObserver.Request;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Tells an observer of every request that goes out, each try by itself. */
final class ObservingPolicy implements HttpPipelinePolicy {

  private final RequestObserver observer;

  ObservingPolicy(RequestObserver observer) {
    this.observer = observer;
  }

  @Override
  public HttpResponse processSync(
      HttpPipelineCallContext context, HttpPipelineNextSyncPolicy next) {
    long began = System.nanoTime();
    HttpResponse response = null;
    try {
      response = next.processSync();
      return response;
    } finally {
      observe(context.getHttpRequest(), response, began);
    }
  }

  @Override
  public Mono<HttpResponse> process(HttpPipelineCallContext context, HttpPipelineNextPolicy next) {
    return Mono.defer(
        () -> {
          long began = System.nanoTime();
          return next.process()
              .doOnSuccess(response -> observe(context.getHttpRequest(), response, began))
              .doOnError(e -> observe(context.getHttpRequest(), null, began))
              .doOnCancel(() -> observe(context.getHttpRequest(), null, began));
        });
  }

  private void observe(HttpRequest request, @Nullable HttpResponse response, long began) {
    Operation operation = operation(request);
    boolean failed = response == null || response.getStatusCode() >= 400;
    // An answer with a blob in it goes on: whoever reads it tells of it at the end.
    if (operation != null && (operation != Operation.GET || failed)) {
      ended(operation, failed ? 0 : sent(request), began, failed);
    }
  }

  private static @Nullable Operation operation(HttpRequest request) {
    String query = String.valueOf(request.getUrl().getQuery());
    return switch (request.getHttpMethod()) {
      case GET -> query.contains("comp=list") ? Operation.LIST : Operation.GET;
      case PUT -> Operation.PUT;
      case POST -> Operation.DELETE;
      // What a batch is composed of passes through here too, and does not go out by itself.
      default -> null;
    };
  }

  private static long sent(HttpRequest request) {
    String query = String.valueOf(request.getUrl().getQuery());
    if (request.getHttpMethod() != HttpMethod.PUT || query.contains("comp=blocklist")) {
      return 0;
    }
    String length = request.getHeaders().getValue(HttpHeaderName.CONTENT_LENGTH);
    return length == null ? 0 : Long.parseLong(length);
  }

  /**
   * @param began by {@link System#nanoTime}
   */
  void ended(Operation operation, long bytes, long began, boolean failed) {
    observer.onRequest(
        new Request(operation, bytes, Duration.ofNanos(System.nanoTime() - began), failed));
  }
}
