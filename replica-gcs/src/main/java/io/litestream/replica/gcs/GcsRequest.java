package io.litestream.replica.gcs;

import com.google.api.client.http.LowLevelHttpRequest;
import com.google.api.client.http.LowLevelHttpResponse;
import io.litestream.spi.InterruptibleWait;
import io.litestream.spi.RequestObserver.Operation;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.entity.AbstractHttpEntity;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/** One request as it goes out. */
final class GcsRequest extends LowLevelHttpRequest {

  /** What the cancelling of an upload is answered with. */
  private static final int CLIENT_CLOSED_REQUEST = 499;

  private final GcsTransport transport;
  private final Operation operation;
  private final HttpUriRequestBase request;

  GcsRequest(GcsTransport transport, String method, URI uri, Operation operation) {
    this.transport = transport;
    this.operation = operation;
    this.request = new HttpUriRequestBase(method, uri);
  }

  @Override
  public void addHeader(String name, String value) {
    request.addHeader(name, value);
  }

  @Override
  @SuppressWarnings("deprecation") // of a request, and not of a connection manager
  public void setTimeout(int connectTimeout, int readTimeout) {
    request.setConfig(
        RequestConfig.custom()
            .setConnectTimeout(Timeout.ofMilliseconds(connectTimeout))
            .setConnectionRequestTimeout(Timeout.ofMilliseconds(readTimeout))
            .setResponseTimeout(Timeout.ofMilliseconds(readTimeout))
            .build());
  }

  @Override
  public LowLevelHttpResponse execute() throws IOException {
    if (getStreamingContent() != null) {
      request.setEntity(
          new Body(
              getStreamingContent()::writeTo,
              getContentLength(),
              getContentType(),
              getContentEncoding()));
    }
    long began = System.nanoTime();
    boolean failed = true;
    try {
      var answer =
          new GcsAnswer(
              request,
              InterruptibleWait.run(
                  () -> transport.client().executeOpen(null, request, null), request::abort));
      int status = answer.getStatusCode();
      failed = status >= 400 && status != CLIENT_CLOSED_REQUEST;
      return answer;
    } finally {
      // An answer with an object in it goes on: whoever reads it tells of it at the end.
      if (operation != Operation.GET || failed) {
        transport.ended(operation, failed ? 0 : sent(), began, failed);
      }
    }
  }

  private long sent() {
    return operation == Operation.PUT ? Math.max(0, getContentLength()) : 0;
  }

  private interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  /** What the library writes, as the client below sends it. */
  private static final class Body extends AbstractHttpEntity {

    private final Content content;
    private final long length;

    Body(Content content, long length, @Nullable String type, @Nullable String encoding) {
      super(type == null ? null : ContentType.parse(type).toString(), encoding, length < 0);
      this.content = content;
      this.length = length;
    }

    @Override
    public boolean isRepeatable() {
      return false;
    }

    @Override
    public long getContentLength() {
      return length;
    }

    @Override
    public boolean isStreaming() {
      return true;
    }

    @Override
    public InputStream getContent() {
      throw new UnsupportedOperationException("a request's body is written, not read");
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
      content.writeTo(out);
    }

    @Override
    public void close() {}
  }
}
