package com.example.shelf;

import io.litestream.spi.NoSuchObjectException;
import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaException.Kind;
import io.litestream.spi.RequestObserver;
import io.litestream.spi.RequestObserver.Operation;
import io.litestream.spi.RequestObserver.Request;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The requests of one store: sent, given up, tried again, told to the observer. */
final class ShelfRequests {

  private static final int TRIES = 3;

  private final URI endpoint;
  private final String token;
  private final Duration deadline;
  private final RequestObserver observer;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private volatile boolean closed;

  /**
   * @param deadline for one request, from its first byte to the last one of its answer
   */
  ShelfRequests(URI endpoint, String token, Duration deadline, RequestObserver observer) {
    this.endpoint = endpoint;
    this.token = token;
    this.deadline = deadline;
    this.observer = observer;
  }

  <T> T send(ShelfCall call, BodyPublisher body, BodyHandler<T> handler) throws ReplicaException {
    for (int attempt = 1; ; attempt++) {
      requireUsable(call);
      try {
        return sendOnce(call, body, handler);
      } catch (ReplicaException e) {
        boolean mayPass = e.kind() == Kind.UNAVAILABLE || e.kind() == Kind.THROTTLED;
        if (!mayPass || attempt == TRIES) {
          throw e;
        }
      }
      pause(attempt);
    }
  }

  private <T> T sendOnce(ShelfCall call, BodyPublisher body, BodyHandler<T> handler)
      throws ReplicaException {
    HttpRequest request =
        HttpRequest.newBuilder(endpoint.resolve(call.path()))
            .header("Authorization", "Bearer " + token)
            .POST(body)
            .build();
    long began = System.nanoTime();
    boolean failed = true;
    long bytes = 0;
    try {
      HttpResponse<T> response = answer(call, client.sendAsync(request, handler));
      if (response.statusCode() / 100 != 2) {
        throw refusal(call, response.statusCode());
      }
      failed = false;
      bytes = objectBytes(call, body, response);
      return response.body();
    } finally {
      var elapsed = Duration.ofNanos(System.nanoTime() - began);
      observer.onRequest(new Request(call.kind(), bytes, elapsed, failed));
    }
  }

  private <T> HttpResponse<T> answer(ShelfCall call, CompletableFuture<HttpResponse<T>> answer)
      throws ReplicaException {
    try {
      return answer.get(deadline.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw call.unavailable("the request has failed: " + cause.getMessage(), cause);
    } catch (TimeoutException e) {
      answer.cancel(true);
      throw call.unavailable("no answer within " + deadline.toSeconds() + " s", e);
    } catch (InterruptedException e) {
      answer.cancel(true);
      Thread.currentThread().interrupt();
      throw call.unavailable("the thread was interrupted", e);
    }
  }

  private static long objectBytes(ShelfCall call, BodyPublisher body, HttpResponse<?> response) {
    return switch (call.kind()) {
      case PUT -> body.contentLength();
      case GET -> response.headers().firstValueAsLong("Content-Length").orElse(0);
      case LIST, DELETE -> 0;
    };
  }

  private static ReplicaException refusal(ShelfCall call, int status) {
    if (status == 404 && call.kind() == Operation.GET) {
      return new NoSuchObjectException(call.key(), null);
    }
    Kind kind =
        switch (status) {
          case 401, 403 -> Kind.DENIED;
          case 429, 503 -> Kind.THROTTLED;
          default -> status < 500 ? Kind.CONFIGURATION : Kind.UNAVAILABLE;
        };
    return call.failed(kind, "HTTP " + status, "the shelf refuses it", null);
  }

  private static void pause(int attempt) {
    try {
      Thread.sleep(25L << attempt);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // which requireUsable sees before the next attempt
    }
  }

  void requireUsable(ShelfCall call) throws ReplicaException {
    if (closed) {
      throw call.unavailable("the store has been closed", null);
    }
    if (Thread.currentThread().isInterrupted()) {
      throw call.unavailable("the thread was interrupted", null);
    }
  }

  void close() {
    closed = true;
  }
}
