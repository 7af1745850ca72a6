package io.litestream.replica.gcs;

import com.google.api.client.http.GenericUrl;
import com.google.api.client.http.HttpRequest;
import com.google.api.client.http.HttpRequestFactory;
import com.google.api.client.http.HttpRequestInitializer;
import com.google.api.client.json.gson.GsonFactory;
import com.google.api.services.storage.Storage;
import com.google.auth.http.HttpCredentialsAdapter;
import com.google.auth.oauth2.GoogleCredentials;
import io.litestream.spi.RequestObserver;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What every request of a store goes through: credentials, retries, observation, connection. */
final class GcsClient {

  private static final Set<String> SCOPES =
      Set.of("https://www.googleapis.com/auth/devstorage.read_write");

  private final GcsSettings settings;
  private final Deadlines deadlines;
  private final GcsTransport transport;
  private final Storage api;
  private final Object credentialsLock = new Object();
  private @Nullable GoogleCredentials credentials;
  private volatile boolean closed;

  GcsClient(GcsSettings settings, Deadlines deadlines, RequestObserver observer) {
    this.settings = settings;
    this.deadlines = deadlines;
    this.transport = new GcsTransport(observer);
    this.api =
        new Storage.Builder(transport, GsonFactory.getDefaultInstance(), initializer())
            .setRootUrl(settings.endpoint() + "/")
            .setServicePath("storage/v1/")
            .setBatchPath("batch/storage/v1")
            .setApplicationName("litestream")
            .build();
  }

  HttpRequestInitializer initializer() {
    return request -> {
      initialize(request);
      request.setNumberOfRetries(deadlines.retries());
    };
  }

  private void initialize(HttpRequest request) throws IOException {
    Retries retries;
    if (settings.authenticated()) {
      var adapter = new HttpCredentialsAdapter(credentials());
      adapter.initialize(request);
      retries = new Retries(deadlines, this::isClosed, adapter);
    } else {
      retries = retries();
    }
    request.setUnsuccessfulResponseHandler(retries);
    request.setIOExceptionHandler(retries);
    request.setConnectTimeout((int) deadlines.connect().toMillis());
    request.setReadTimeout((int) deadlines.silence().toMillis());
    request.setFollowRedirects(false);
    request.setLoggingEnabled(false);
    request.setCurlLoggingEnabled(false);
  }

  /** Looked for with the first request: on a machine of Google's, by a request of its own. */
  private GoogleCredentials credentials() throws IOException {
    synchronized (credentialsLock) {
      if (credentials == null) {
        try {
          credentials = GoogleCredentials.getApplicationDefault().createScoped(SCOPES);
        } catch (IOException e) {
          throw new CredentialsException(e);
        }
      }
      return credentials;
    }
  }

  /** There are no credentials, or they cannot be read. */
  static final class CredentialsException extends IOException {

    private static final long serialVersionUID = 1L;

    CredentialsException(IOException cause) {
      super(cause);
    }
  }

  Retries retries() {
    return new Retries(deadlines, this::isClosed, null);
  }

  Storage api() {
    return api;
  }

  HttpRequestFactory requests() {
    return api.getRequestFactory();
  }

  /** Encoded here: the library leaves some characters in a query that servers take it apart at. */
  GenericUrl uploadUrl(String name, String type) {
    return new GenericUrl(
        settings.endpoint()
            + "/upload/storage/v1/b/"
            + settings.bucket()
            + "/o?uploadType="
            + type
            + "&name="
            + URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20"),
        true);
  }

  GcsTransport transport() {
    return transport;
  }

  boolean isClosed() {
    return closed;
  }

  /** Breaks off what is under way; nothing is tried again. */
  void close() {
    closed = true;
    transport.shutdown();
  }
}
