package io.litestream.replica.gcs;

import com.google.api.client.http.HttpIOExceptionHandler;
import com.google.api.client.http.HttpRequest;
import com.google.api.client.http.HttpResponse;
import com.google.api.client.http.HttpUnsuccessfulResponseHandler;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Pauses before one request is tried again, and whether it is. Used by one thread. */
final class Retries implements HttpUnsuccessfulResponseHandler, HttpIOExceptionHandler {

  private final Deadlines deadlines;
  private final BooleanSupplier closed;
  private final @Nullable HttpUnsuccessfulResponseHandler credentials;
  private int tries;

  /**
   * @param closed whether to stop trying
   * @param credentials what gets a new token when one has expired, if there are credentials
   */
  Retries(
      Deadlines deadlines,
      BooleanSupplier closed,
      @Nullable HttpUnsuccessfulResponseHandler credentials) {
    this.deadlines = deadlines;
    this.closed = closed;
    this.credentials = credentials;
  }

  @Override
  public boolean handleResponse(HttpRequest request, HttpResponse response, boolean supportsRetry)
      throws IOException {
    if (credentials != null && credentials.handleResponse(request, response, supportsRetry)) {
      return true;
    }
    if (!supportsRetry || !mayPass(response.getStatusCode())) {
      return false;
    }
    Duration asked = askedFor(response);
    return asked.compareTo(Deadlines.LONGEST_PAUSE) <= 0 && pause(asked);
  }

  @Override
  public boolean handleIOException(HttpRequest request, boolean supportsRetry) {
    return supportsRetry && pause(Duration.ZERO);
  }

  static boolean mayPass(int status) {
    return status == 408 || status == 429 || (status >= 500 && status != 501 && status != 505);
  }

  private static Duration askedFor(HttpResponse response) {
    String seconds = response.getHeaders().getRetryAfter();
    if (seconds == null) {
      return Duration.ZERO;
    }
    return seconds.matches("[0-9]{1,9}")
        ? Duration.ofSeconds(Long.parseLong(seconds))
        : Deadlines.LONGEST_PAUSE.plusSeconds(1); // a date: far enough away
  }

  /**
   * Waits at least so long.
   *
   * @return false if there are to be no more tries
   */
  boolean pause(Duration least) {
    if (++tries > deadlines.retries() || closed.getAsBoolean()) {
      return false;
    }
    long nanos = deadlines.pause().toNanos() << Math.min(tries - 1, 10);
    nanos -= (long) (nanos * ThreadLocalRandom.current().nextDouble() / 2);
    long longest = Deadlines.LONGEST_PAUSE.toMillis();
    try {
      Thread.sleep(Math.min(longest, Math.max(least.toMillis(), nanos / 1_000_000)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
    return !closed.getAsBoolean();
  }

  /** Begins to count from the first try again. */
  void reset() {
    tries = 0;
  }
}
