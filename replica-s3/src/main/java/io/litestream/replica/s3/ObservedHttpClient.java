package io.litestream.replica.s3;

import io.litestream.spi.InterruptibleWait;
import io.litestream.spi.RequestObserver;
import io.litestream.spi.RequestObserver.Operation;
import io.litestream.spi.RequestObserver.Request;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;

/**
 * Tells an observer of every request, where it goes out: what the library repeats or sends on its
 * own account is among them. Can also end all that are under way, and does end those whose thread
 * is interrupted: a thread that waits for a socket does not hear of it by itself.
 */
final class ObservedHttpClient implements SdkHttpClient {

  private final SdkHttpClient http;
  private final RequestObserver observer;
  private final Set<Attempt> underWay = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /**
   * @param http not closed by this client: others may use it
   */
  ObservedHttpClient(SdkHttpClient http, RequestObserver observer) {
    this.http = http;
    this.observer = observer;
  }

  @Override
  public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
    return new Attempt(request);
  }

  /**
   * What a store charges for: by the protocol's method, and by the query of those that share one.
   */
  private static Operation operation(SdkHttpRequest request) {
    SdkHttpMethod method = request.method();
    return switch (method) {
      case GET ->
          request.rawQueryParameters().containsKey("list-type")
                  || request.rawQueryParameters().containsKey("uploads")
              ? Operation.LIST
              : Operation.GET;
      case DELETE -> Operation.DELETE;
      case POST ->
          request.rawQueryParameters().containsKey("delete") ? Operation.DELETE : Operation.PUT;
      case PUT, PATCH -> Operation.PUT;
      case HEAD, OPTIONS -> Operation.GET;
    };
  }

  @Override
  public String clientName() {
    return http.clientName();
  }

  /**
   * Ends the requests that are under way, and lets no other one out. But for what concerns an
   * upload's beginning and end: if the answer to that is lost, something stays that is billed.
   */
  @Override
  public void close() {
    closed = true;
    underWay.stream().filter(attempt -> !attempt.isVital).forEach(Attempt::abort);
  }

  /** One request. Ends once: with its answer's last byte, or when somebody gives it up. */
  private final class Attempt implements ExecutableHttpRequest {

    private final Operation operation;
    private final boolean carriesObject;
    private final boolean isVital;
    private final ExecutableHttpRequest inner;
    private final AtomicBoolean ended = new AtomicBoolean();
    private final AtomicLong bytes = new AtomicLong();
    private volatile long began;

    Attempt(HttpExecuteRequest request) {
      SdkHttpRequest head = request.httpRequest();
      this.operation = operation(head);
      this.carriesObject =
          head.method() == SdkHttpMethod.PUT
              || (head.method() == SdkHttpMethod.GET && operation == Operation.GET);
      this.isVital =
          head.rawQueryParameters().containsKey("uploads")
              || (head.method() == SdkHttpMethod.DELETE
                  && head.rawQueryParameters().containsKey("uploadId"));
      var counted = HttpExecuteRequest.builder().request(head);
      request.metricCollector().ifPresent(counted::metricCollector);
      long length = objectLength(head);
      request
          .contentStreamProvider()
          .ifPresent(content -> counted.contentStreamProvider(countingSent(content, length)));
      this.inner = http.prepareRequest(counted.build());
    }

    /** How many of the body's bytes are the object's: some bodies have checksums between them. */
    private static long objectLength(SdkHttpRequest head) {
      return head.firstMatchingHeader("x-amz-decoded-content-length")
          .map(Long::parseLong)
          .orElse(Long.MAX_VALUE);
    }

    private ContentStreamProvider countingSent(ContentStreamProvider content, long length) {
      return ContentStreamProvider.fromInputStreamSupplier(
          () -> {
            bytes.set(0);
            return new CountingStream(content.newStream(), length);
          });
    }

    @Override
    public HttpExecuteResponse call() throws IOException {
      began = System.nanoTime();
      underWay.add(this);
      if (closed && !isVital) {
        underWay.remove(this);
        throw new IOException("the store has been closed");
      }
      HttpExecuteResponse response;
      try {
        response = InterruptibleWait.run(inner::call, this::abort);
      } catch (IOException | RuntimeException e) {
        end(true);
        throw e;
      }
      if (!response.httpResponse().isSuccessful() || response.responseBody().isEmpty()) {
        end(!response.httpResponse().isSuccessful());
        return response;
      }
      AbortableInputStream body = response.responseBody().get();
      return HttpExecuteResponse.builder()
          .response(response.httpResponse())
          .responseBody(
              AbortableInputStream.create(
                  new ReceivedStream(body),
                  () -> {
                    body.abort();
                    end(false);
                  }))
          .build();
    }

    @Override
    public void abort() {
      inner.abort();
      end(true);
    }

    private void end(boolean failed) {
      underWay.remove(this);
      if (ended.compareAndSet(false, true)) {
        observer.onRequest(
            new Request(
                operation,
                carriesObject ? bytes.get() : 0,
                Duration.ofNanos(System.nanoTime() - began),
                failed));
      }
    }

    /** Counts the bytes of a body on their way out. */
    private final class CountingStream extends FilterInputStream {

      private final long most;

      CountingStream(InputStream in, long most) {
        super(in);
        this.most = most;
      }

      @Override
      public int read() throws IOException {
        int got = in.read();
        count(got < 0 ? 0 : 1);
        return got;
      }

      @Override
      public int read(byte[] target, int offset, int length) throws IOException {
        int got = in.read(target, offset, length);
        count(Math.max(0, got));
        return got;
      }

      @Override
      public boolean markSupported() {
        return false;
      }

      private void count(int got) {
        bytes.updateAndGet(before -> Math.min(most, before + got));
      }
    }

    /** Counts the bytes of an answer, and ends the request with the last one. */
    private final class ReceivedStream extends FilterInputStream {

      ReceivedStream(InputStream in) {
        super(in);
      }

      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
      }

      @Override
      public int read(byte[] target, int offset, int length) throws IOException {
        try {
          int got =
              InterruptibleWait.run(() -> in.read(target, offset, length), Attempt.this::abort);
          if (got < 0) {
            end(false);
          } else {
            bytes.addAndGet(got);
          }
          return got;
        } catch (IOException | RuntimeException e) {
          end(true);
          throw e;
        }
      }

      @Override
      public void close() throws IOException {
        try {
          super.close();
        } finally {
          end(false);
        }
      }
    }
  }
}
