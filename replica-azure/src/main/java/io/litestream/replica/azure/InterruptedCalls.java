package io.litestream.replica.azure;

import io.litestream.spi.InterruptibleWait;
import java.io.IOException;
import okhttp3.Call;
import okhttp3.Interceptor;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okio.Buffer;
import okio.ForwardingSource;
import okio.Okio;
import okio.Source;

/**
 * Cancels calls whose thread is interrupted while it waits for the answer, or for more of it. Used
 * by any number of threads.
 */
final class InterruptedCalls implements Interceptor {

  @Override
  public Response intercept(Chain chain) throws IOException {
    Call call = chain.call();
    Response response = InterruptibleWait.run(() -> chain.proceed(chain.request()), call::cancel);
    ResponseBody body = response.body();
    if (body == null) {
      return response;
    }
    var heard = Okio.buffer(new Heard(body.source(), call));
    return response
        .newBuilder()
        .body(ResponseBody.create(heard, body.contentType(), body.contentLength()))
        .build();
  }

  /** An answer's body. */
  private static final class Heard extends ForwardingSource {

    private final Call call;

    Heard(Source body, Call call) {
      super(body);
      this.call = call;
    }

    @Override
    public long read(Buffer sink, long count) throws IOException {
      return InterruptibleWait.run(() -> super.read(sink, count), call::cancel);
    }
  }
}
