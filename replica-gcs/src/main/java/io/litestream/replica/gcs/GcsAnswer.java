package io.litestream.replica.gcs;

import com.google.api.client.http.LowLevelHttpResponse;
import io.litestream.spi.InterruptibleWait;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.jspecify.annotations.Nullable;

/** One answer as it comes in. */
final class GcsAnswer extends LowLevelHttpResponse {

  private final HttpUriRequestBase request;
  private final ClassicHttpResponse response;
  private final Header[] headers;
  private @Nullable Content content;

  GcsAnswer(HttpUriRequestBase request, ClassicHttpResponse response) {
    this.request = request;
    this.response = response;
    this.headers = response.getHeaders();
  }

  @Override
  public @Nullable InputStream getContent() throws IOException {
    HttpEntity entity = response.getEntity();
    if (content == null && entity != null) {
      content = new Content(entity.getContent(), entity.getContentLength());
    }
    return content;
  }

  @Override
  public @Nullable String getContentEncoding() {
    HttpEntity entity = response.getEntity();
    return entity == null ? null : entity.getContentEncoding();
  }

  @Override
  public long getContentLength() {
    HttpEntity entity = response.getEntity();
    return entity == null ? -1 : entity.getContentLength();
  }

  @Override
  public @Nullable String getContentType() {
    HttpEntity entity = response.getEntity();
    return entity == null ? null : entity.getContentType();
  }

  @Override
  public String getStatusLine() {
    return response.getCode() + " " + response.getReasonPhrase();
  }

  @Override
  public int getStatusCode() {
    return response.getCode();
  }

  @Override
  public String getReasonPhrase() {
    return response.getReasonPhrase();
  }

  @Override
  public int getHeaderCount() {
    return headers.length;
  }

  @Override
  public String getHeaderName(int index) {
    return headers[index].getName();
  }

  @Override
  public String getHeaderValue(int index) {
    return headers[index].getValue();
  }

  /** Lets go of the connection; what has not been read of the answer is not read any more. */
  @Override
  public void disconnect() throws IOException {
    request.abort();
    response.close();
  }

  /** The answer's body, whose reader hears of an interrupt while it waits. */
  private final class Content extends FilterInputStream {

    private long left;

    /**
     * @param length in bytes; negative if it is not known
     */
    Content(InputStream in, long length) {
      super(in);
      this.left = length;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      int read = InterruptibleWait.run(() -> in.read(target, offset, length), request::abort);
      left -= Math.max(0, read);
      return read;
    }

    @Override
    public void close() throws IOException {
      if (left > 0) {
        // Or the library would read the rest, however much it is, and however long it takes.
        request.abort();
      }
      super.close();
    }
  }
}
