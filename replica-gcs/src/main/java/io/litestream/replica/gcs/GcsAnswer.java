package io.litestream.replica.gcs;

import com.google.api.client.http.LowLevelHttpResponse;
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

  GcsAnswer(HttpUriRequestBase request, ClassicHttpResponse response) {
    this.request = request;
    this.response = response;
    this.headers = response.getHeaders();
  }

  @Override
  public @Nullable InputStream getContent() throws IOException {
    HttpEntity entity = response.getEntity();
    return entity == null ? null : entity.getContent();
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
}
