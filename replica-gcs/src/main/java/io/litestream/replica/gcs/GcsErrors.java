package io.litestream.replica.gcs;

import com.google.api.client.googleapis.json.GoogleJsonError;
import com.google.api.client.googleapis.json.GoogleJsonResponseException;
import com.google.api.client.http.HttpResponseException;
import com.google.auth.Retryable;
import io.litestream.spi.DeleteReport.Failure;
import io.litestream.spi.NoSuchObjectException;
import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaException.Kind;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.Locale;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.core5.http.ConnectionRequestTimeoutException;
import org.jspecify.annotations.Nullable;

/** Turns what the service, its library and the network say into the port's errors. */
final class GcsErrors {

  private static final int LONGEST_DETAIL = 300;

  private final String bucket;

  GcsErrors(String bucket) {
    this.bucket = bucket;
  }

  ReplicaException translate(String operation, @Nullable String key, Exception e) {
    if (e instanceof ReplicaException known) {
      return known;
    }
    if (e instanceof GoogleJsonResponseException refused && refused.getDetails() != null) {
      return answer(operation, key, refused.getDetails());
    }
    if (e instanceof HttpResponseException refused) {
      // Without the cause: its text quotes the URL, and that of an upload is as good as a password.
      return answer(operation, key, refused.getStatusCode(), "HTTP " + refused.getStatusCode(), "");
    }
    if (e instanceof GcsClient.CredentialsException || e instanceof Retryable) {
      return new ReplicaException(
          Kind.DENIED,
          operation,
          key,
          "NoCredentials",
          "there are no credentials, or they were not accepted: set GOOGLE_APPLICATION_CREDENTIALS"
              + " to a file of them, or run 'gcloud auth application-default login': "
              + oneLine(e),
          e);
    }
    return noAnswer(operation, key, e);
  }

  private static ReplicaException noAnswer(String operation, @Nullable String key, Exception e) {
    if (isInterrupt(e)) {
      Thread.currentThread().interrupt();
      return unavailable(operation, key, "Interrupted", "the thread was interrupted", e);
    }
    if (e instanceof UnknownHostException
        || e instanceof ConnectException
        || e instanceof ConnectTimeoutException) {
      return unavailable(
          operation, key, "Unreachable", "the store cannot be reached: " + oneLine(e), e);
    }
    if (e instanceof SocketTimeoutException || e instanceof ConnectionRequestTimeoutException) {
      return unavailable(
          operation, key, "Timeout", "the store did not answer in time: " + oneLine(e), e);
    }
    if (e instanceof IOException) {
      return unavailable(
          operation, key, "ConnectionLost", "the connection broke: " + oneLine(e), e);
    }
    return unavailable(operation, key, "Internal", "unexpected: " + oneLine(e), e);
  }

  private static ReplicaException unavailable(
      String operation, @Nullable String key, String code, String detail, Exception e) {
    return new ReplicaException(Kind.UNAVAILABLE, operation, key, code, detail, e);
  }

  /** What an answer other than success means. */
  ReplicaException answer(String operation, @Nullable String key, GoogleJsonError error) {
    String message = error.getMessage() == null ? "" : error.getMessage();
    return answer(operation, key, error.getCode(), reason(error), message);
  }

  ReplicaException answer(
      String operation, @Nullable String key, int status, String reason, String message) {
    if (status == 404 && !isAboutTheBucket(message) && operation.equals("open") && key != null) {
      return new NoSuchObjectException(key, null);
    }
    return new ReplicaException(
        kind(status, reason), operation, key, reason, detail(status, reason, message), null);
  }

  /** An object that does not exist; not a bucket, whose absence is a mistake. */
  static boolean isAbsence(GoogleJsonError error) {
    return error.getCode() == 404 && !isAboutTheBucket(String.valueOf(error.getMessage()));
  }

  /** Both are 404 and {@code notFound}; the words alone tell them apart. */
  private static boolean isAboutTheBucket(String message) {
    return message.toLowerCase(Locale.ROOT).contains("bucket does not exist");
  }

  Failure failure(String key, Exception e) {
    return Failure.of(key, translate("delete", key, e));
  }

  Failure failure(String key, GoogleJsonError error) {
    return Failure.of(key, answer("delete", key, error));
  }

  private static String reason(GoogleJsonError error) {
    return error.getErrors() == null
            || error.getErrors().isEmpty()
            || error.getErrors().get(0).getReason() == null
        ? "HTTP " + error.getCode()
        : error.getErrors().get(0).getReason();
  }

  private static Kind kind(int status, String reason) {
    if (reason.endsWith("RateLimitExceeded") || reason.equals("rateLimitExceeded")) {
      return Kind.THROTTLED;
    }
    return switch (status) {
      case 401, 403 -> Kind.DENIED;
      case 404, 410 -> Kind.NOT_FOUND;
      case 429 -> Kind.THROTTLED;
      case 408, 409, 412 -> Kind.UNAVAILABLE;
      default -> status >= 500 ? Kind.UNAVAILABLE : Kind.CONFIGURATION;
    };
  }

  private String detail(int status, String reason, String message) {
    String said = message.isBlank() ? "" : ": " + oneLine(message);
    if (reason.equals("retentionPolicyNotMet") || reason.contains("Hold")) {
      return "a retention policy or a hold keeps the object" + said;
    }
    return switch (status) {
      case 401 -> "the credentials are not valid, or have expired" + said;
      case 403 ->
          "the credentials do not allow it; the role is Storage Object User (or Object Admin)"
              + said;
      case 404 ->
          isAboutTheBucket(message)
              ? "there is no bucket '" + bucket + "'; create it first"
              : "there is no such thing in the store" + said;
      case 429 -> "the store asks for fewer requests" + said;
      default -> "the store answered with status " + status + said;
    };
  }

  private static boolean isInterrupt(Throwable e) {
    for (Throwable each = e; each != null; each = each.getCause()) {
      if (each instanceof InterruptedException) {
        return true;
      }
    }
    return Thread.currentThread().isInterrupted();
  }

  private static String oneLine(Throwable e) {
    String message = e.getMessage();
    return oneLine(message == null || message.isBlank() ? e.getClass().getSimpleName() : message);
  }

  private static String oneLine(String text) {
    String line = text.strip().replaceAll("\\s+", " ");
    return line.length() <= LONGEST_DETAIL ? line : line.substring(0, LONGEST_DETAIL) + "...";
  }
}
