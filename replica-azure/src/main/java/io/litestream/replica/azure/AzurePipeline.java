package io.litestream.replica.azure;

import com.azure.core.credential.AzureSasCredential;
import com.azure.core.http.HttpClient;
import com.azure.core.http.HttpHeaderName;
import com.azure.core.http.HttpPipeline;
import com.azure.core.http.HttpPipelineBuilder;
import com.azure.core.http.HttpResponse;
import com.azure.core.http.okhttp.OkHttpAsyncHttpClientBuilder;
import com.azure.core.http.policy.AddDatePolicy;
import com.azure.core.http.policy.AzureSasCredentialPolicy;
import com.azure.core.http.policy.BearerTokenAuthenticationPolicy;
import com.azure.core.http.policy.ExponentialBackoffOptions;
import com.azure.core.http.policy.HttpPipelinePolicy;
import com.azure.core.http.policy.RequestIdPolicy;
import com.azure.core.http.policy.RequestRetryCondition;
import com.azure.core.http.policy.RetryOptions;
import com.azure.core.http.policy.RetryPolicy;
import com.azure.core.http.policy.UserAgentPolicy;
import com.azure.identity.DefaultAzureCredentialBuilder;
import com.azure.storage.common.StorageSharedKeyCredential;
import com.azure.storage.common.policy.StorageSharedKeyCredentialPolicy;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import okhttp3.ConnectionPool;
import okhttp3.Dispatcher;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;

/** What every request of a store goes through: retries, observation, credential, connection. */
final class AzurePipeline {

  /** One for all stores of the process, so that connections do not grow with them. */
  private static final ConnectionPool CONNECTIONS = new ConnectionPool();

  private final Dispatcher dispatcher = new Dispatcher();
  private final HttpPipeline pipeline;
  private volatile boolean closed;

  AzurePipeline(AzureCredential credential, Deadlines deadlines, ObservingPolicy observing) {
    this.pipeline =
        new HttpPipelineBuilder()
            .policies(
                new UserAgentPolicy("litestream"),
                new RequestIdPolicy(),
                new RetryPolicy(retries(deadlines)),
                new AddDatePolicy(),
                policy(credential),
                // Last: what it sees is what goes out.
                observing)
            .httpClient(client(deadlines))
            .build();
  }

  HttpPipeline pipeline() {
    return pipeline;
  }

  boolean isClosed() {
    return closed;
  }

  /** Breaks off what is under way; nothing is tried again. */
  void close() {
    closed = true;
    dispatcher.cancelAll();
  }

  private HttpClient client(Deadlines deadlines) {
    OkHttpClient client =
        new OkHttpClient.Builder()
            .connectionPool(CONNECTIONS)
            .dispatcher(dispatcher)
            .protocols(List.of(Protocol.HTTP_1_1))
            // Would go unobserved.
            .retryOnConnectionFailure(false)
            .addInterceptor(new InterruptedCalls())
            .build();
    return new OkHttpAsyncHttpClientBuilder(client)
        .connectionTimeout(deadlines.connect())
        .readTimeout(deadlines.silence())
        .responseTimeout(Duration.ZERO)
        .writeTimeout(deadlines.silence())
        .build();
  }

  private RetryOptions retries(Deadlines deadlines) {
    return new RetryOptions(
            new ExponentialBackoffOptions()
                .setMaxRetries(deadlines.retries())
                .setBaseDelay(deadlines.pause())
                .setMaxDelay(Deadlines.LONGEST_PAUSE))
        .setShouldRetryCondition(
            condition -> !closed && !Thread.currentThread().isInterrupted() && mayPass(condition));
  }

  private static boolean mayPass(RequestRetryCondition condition) {
    HttpResponse response = condition.getResponse();
    if (response == null) {
      Throwable cause = AzureErrors.root(condition.getThrowable());
      return cause instanceof IOException || cause instanceof TimeoutException;
    }
    int status = response.getStatusCode();
    boolean passing =
        status == 408 || status == 429 || (status >= 500 && status != 501 && status != 505);
    return passing && !asksForALongPause(response);
  }

  private static boolean asksForALongPause(HttpResponse response) {
    String seconds = response.getHeaderValue(HttpHeaderName.RETRY_AFTER);
    return seconds != null
        && (!seconds.matches("[0-9]{1,9}")
            || Integer.parseInt(seconds) > Deadlines.LONGEST_PAUSE.toSeconds());
  }

  private static HttpPipelinePolicy policy(AzureCredential credential) {
    if (credential instanceof AzureCredential.AccountKey key) {
      return new StorageSharedKeyCredentialPolicy(
          new StorageSharedKeyCredential(key.account(), key.key()));
    }
    if (credential instanceof AzureCredential.Sas sas) {
      return new AzureSasCredentialPolicy(new AzureSasCredential(sas.token()), false);
    }
    return new BearerTokenAuthenticationPolicy(
        new DefaultAzureCredentialBuilder().build(), "https://storage.azure.com/.default");
  }
}
