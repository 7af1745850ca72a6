package io.litestream.cli.monitor;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls a URL at an interval, as long as every replica is healthy and has caught up since the
 * start: whoever is on the other side raises the alarm when the calls stop. The URL is a secret, as
 * those services hand them out; only its host is ever told.
 */
final class Heartbeat implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Heartbeat.class);

  private static final int TIMEOUT_MILLIS = 30_000;

  /**
   * How soon after the start the first call is tried, so that a restart does not look like a stop.
   */
  private static final Duration FIRST = Duration.ofSeconds(10);

  private final URI url;
  private final Supplier<Health> health;
  private final ScheduledThreadPoolExecutor thread;
  private String trouble = "";

  private Heartbeat(URI url, Supplier<Health> health) {
    this.url = url;
    this.health = health;
    this.thread =
        new ScheduledThreadPoolExecutor(
            1,
            body -> {
              Thread each = new Thread(body, "litestream-heartbeat");
              each.setDaemon(true);
              return each;
            });
  }

  static Heartbeat start(URI url, Duration interval, Supplier<Health> health) {
    Heartbeat heartbeat = new Heartbeat(url, health);
    long first = Math.min(FIRST.toMillis(), interval.toMillis());
    // What it returns only tells of exceptions, which beat() does not throw.
    var unused =
        heartbeat.thread.scheduleAtFixedRate(
            heartbeat::beat, first, interval.toMillis(), TimeUnit.MILLISECONDS);
    return heartbeat;
  }

  private void beat() {
    try {
      Health now = health.get();
      if (!now.isHealthy()) {
        troubled("heartbeat withheld", now.problems().get(0));
      } else if (!now.isReady()) {
        troubled("heartbeat withheld", now.pending().get(0));
      } else {
        call();
        recovered();
      }
    } catch (IOException e) {
      troubled("heartbeat failed", reason(e));
    } catch (RuntimeException e) {
      // Thrown on, it would end the calls for ever.
      troubled("heartbeat failed", e.getClass().getSimpleName());
    }
  }

  private void call() throws IOException {
    HttpURLConnection connection = (HttpURLConnection) url.toURL().openConnection();
    try {
      connection.setConnectTimeout(TIMEOUT_MILLIS);
      connection.setReadTimeout(TIMEOUT_MILLIS);
      connection.setUseCaches(false);
      int code = connection.getResponseCode();
      if (code < 200 || code > 299) {
        throw new IOException("the answer is " + code);
      }
    } finally {
      connection.disconnect();
    }
  }

  /** Some exceptions of the JDK quote the URL. */
  private String reason(IOException e) {
    String message = String.valueOf(e.getMessage());
    return message.contains(url.getHost() + url.getRawPath()) || message.contains(url.toString())
        ? e.getClass().getSimpleName()
        : message;
  }

  /** Once for each trouble: a service that is away for hours does not fill the log. */
  private void troubled(String what, String reason) {
    if (!trouble.equals(what)) {
      trouble = what;
      log.atWarn().addKeyValue("host", url.getHost()).addKeyValue("reason", reason).log(what);
    }
  }

  private void recovered() {
    if (!trouble.isEmpty()) {
      trouble = "";
      log.atInfo().addKeyValue("host", url.getHost()).log("heartbeat sent again");
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
