package io.litestream.replica.s3;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpConfigurationOption;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.utils.AttributeMap;

/**
 * The connections, the credentials that were found, and the thread that watches deadlines, of all
 * stores in this process that treat servers alike. A process may replicate hundreds of databases:
 * each has a store of its own, but a pool of connections and a clock for each would cost more than
 * the databases do.
 *
 * <p>Opened with the first store, closed with the last one.
 */
final class SharedConnections implements AutoCloseable {

  private static final int MOST_CONNECTIONS = 256;

  private static final Object LOCK = new Object();
  private static final Map<Traits, SharedConnections> OPEN = new HashMap<>();

  private record Traits(boolean isVerified, Deadlines deadlines) {}

  private final Traits traits;
  private final SdkHttpClient http;
  private final DefaultCredentialsProvider foundCredentials;
  private final ScheduledExecutorService clock;
  private int users;

  private SharedConnections(Traits traits) {
    this.traits = traits;
    this.http =
        Apache5HttpClient.builder()
            .connectionTimeout(traits.deadlines().connect())
            .connectionAcquisitionTimeout(traits.deadlines().attempt())
            .socketTimeout(traits.deadlines().silence())
            .maxConnections(MOST_CONNECTIONS)
            .tcpKeepAlive(true)
            .buildWithDefaults(
                AttributeMap.builder()
                    .put(SdkHttpConfigurationOption.TRUST_ALL_CERTIFICATES, !traits.isVerified())
                    .build());
    this.foundCredentials = DefaultCredentialsProvider.builder().build();
    this.clock =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "litestream-s3-deadlines");
              thread.setDaemon(true);
              return thread;
            });
  }

  /** The caller closes them once. */
  static SharedConnections open(boolean isVerified, Deadlines deadlines) {
    synchronized (LOCK) {
      SharedConnections shared =
          OPEN.computeIfAbsent(new Traits(isVerified, deadlines), SharedConnections::new);
      shared.users++;
      return shared;
    }
  }

  SdkHttpClient http() {
    return http;
  }

  /** Finds credentials in all the places where Amazon's tools look, when they are first needed. */
  AwsCredentialsProvider foundCredentials() {
    return foundCredentials;
  }

  ScheduledExecutorService clock() {
    return clock;
  }

  /** Lets go of them. */
  @Override
  public void close() {
    synchronized (LOCK) {
      users--;
      if (users > 0) {
        return;
      }
      OPEN.remove(traits);
    }
    http.close();
    foundCredentials.close();
    clock.shutdownNow();
  }
}
