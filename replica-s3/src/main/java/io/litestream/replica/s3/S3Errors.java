package io.litestream.replica.s3;

import io.litestream.spi.NoSuchObjectException;
import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaException.Kind;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Turns what the vendor's library throws into the port's errors.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html">the codes</a>
 */
final class S3Errors {

  private static final Set<String> DENIED =
      Set.of(
          "AccessDenied",
          "AccountProblem",
          "AllAccessDisabled",
          "ExpiredToken",
          "InvalidAccessKeyId",
          "InvalidObjectState",
          "InvalidToken",
          "MethodNotAllowed",
          "RequestTimeTooSkewed",
          "SignatureDoesNotMatch",
          "TokenRefreshRequired",
          "UnauthorizedAccess");

  private static final Set<String> THROTTLED =
      Set.of(
          "SlowDown",
          "Throttling",
          "ThrottlingException",
          "TooManyRequests",
          "RequestLimitExceeded",
          "BandwidthLimitExceeded");

  /** Answers that say "bad request" or "not found" to what may well succeed the next time. */
  private static final Set<String> PASSING =
      Set.of(
          "BadDigest",
          "IncompleteBody",
          "NoSuchUpload",
          "InvalidPart",
          "OperationAborted",
          "PreconditionFailed",
          "RequestTimeout",
          "XAmzContentSHA256Mismatch");

  private S3Errors() {}

  /**
   * @param operation in the port's words
   * @param key the key or prefix it was about; empty if it is about none
   * @param place where it was tried, for people
   */
  static ReplicaException translate(
      String operation, String key, S3Place place, RuntimeException e) {
    if (e instanceof S3Exception answer) {
      String code = code(answer);
      if (operation.equals("open") && code.equals("NoSuchKey")) {
        return new NoSuchObjectException(key, e);
      }
      Kind kind = kind(code, answer.statusCode());
      String detail = detail(operation, code, words(answer));
      return new ReplicaException(kind, operation, key, code, detail, e);
    }
    Kind kind = isAboutCredentials(e) ? Kind.DENIED : Kind.UNAVAILABLE;
    return new ReplicaException(kind, operation, key, code(e), withoutAnswer(place, e), e);
  }

  /** The store's code; or, where there was no answer, ours. */
  static String code(RuntimeException e) {
    if (e instanceof S3Exception answer) {
      String code = answer.awsErrorDetails() == null ? null : answer.awsErrorDetails().errorCode();
      return code == null || code.isEmpty() ? codeOf(answer.statusCode()) : code;
    }
    if (isInterrupt(e)) {
      return "Interrupted";
    }
    if (isTimeout(e)) {
      return "Timeout";
    }
    return isAboutCredentials(e) ? "NoCredentials" : "NoAnswer";
  }

  /** The answer to a HEAD has no body, and a proxy in between has codes of nobody's. */
  private static String codeOf(int status) {
    return switch (status) {
      case 403 -> "AccessDenied";
      case 412 -> "PreconditionFailed";
      case 429, 503 -> "SlowDown";
      default -> "HTTP" + status;
    };
  }

  /** The store's own words, or those for the lack of any; on one line. */
  static String reason(S3Place place, RuntimeException e) {
    if (e instanceof S3Exception answer) {
      return words(answer);
    }
    return withoutAnswer(place, e);
  }

  private static Kind kind(String code, int status) {
    if (DENIED.contains(code)) {
      return Kind.DENIED;
    }
    if (THROTTLED.contains(code) || status == 429) {
      return Kind.THROTTLED;
    }
    if (PASSING.contains(code) || status >= 500 || status == 408 || status == 409) {
      return Kind.UNAVAILABLE;
    }
    if (status == 404) {
      return Kind.NOT_FOUND;
    }
    return status == 401 || status == 403 ? Kind.DENIED : Kind.CONFIGURATION;
  }

  private static String detail(String operation, String code, String reason) {
    return switch (code) {
      case "AccessDenied" ->
          "the store denies it: " + reason + "; it takes the permission " + permission(operation);
      case "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken" ->
          "the store does not accept the credentials: " + reason;
      case "RequestTimeTooSkewed" ->
          "the store does not accept the time of this machine's clock: " + reason;
      case "NoSuchBucket" -> "there is no such bucket; create it, or correct 'bucket'";
      case "PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraint" ->
          "the bucket is in another region, or at another address; set 'region' or 'endpoint': "
              + reason;
      case "PreconditionFailed" -> "the object was replaced while it was being read";
      default -> reason;
    };
  }

  private static String words(S3Exception answer) {
    String message =
        answer.awsErrorDetails() == null ? null : answer.awsErrorDetails().errorMessage();
    return message == null || message.isBlank()
        ? "HTTP status " + answer.statusCode()
        : oneLine(message);
  }

  private static String permission(String operation) {
    return switch (operation) {
      case "list" -> "s3:ListBucket";
      case "open" ->
          "s3:GetObject (and s3:ListBucket, or a missing object looks like a denied one)";
      case "delete" -> "s3:DeleteObject";
      default -> "s3:PutObject";
    };
  }

  private static String withoutAnswer(S3Place place, RuntimeException e) {
    if (isInterrupt(e)) {
      return "the thread was interrupted";
    }
    String server = place.endpoint().map(Object::toString).orElse("Amazon S3");
    if (isTimeout(e)) {
      return server + " did not answer in time";
    }
    if (isAboutCredentials(e)) {
      return "no credentials were found; set 'access-key-id' and 'secret-access-key', or the"
          + " environment variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";
    }
    Throwable root = root(e);
    if (root instanceof UnknownHostException) {
      return "the name of the server cannot be resolved: " + oneLine(root.getMessage());
    }
    if (find(e, ConnectException.class).isPresent()) {
      return server + " cannot be reached: " + oneLine(root.getMessage());
    }
    if (find(e, SSLException.class).isPresent()) {
      return "there is no trusted TLS connection to "
          + server
          + ": "
          + oneLine(root.getMessage())
          + "; if the server does without TLS, begin 'endpoint' with http://";
    }
    return "the connection to " + server + " failed: " + oneLine(root.getMessage());
  }

  private static boolean isInterrupt(RuntimeException e) {
    return e instanceof AbortedException
        || find(e, InterruptedException.class).isPresent()
        || Thread.currentThread().isInterrupted();
  }

  private static boolean isTimeout(RuntimeException e) {
    return e instanceof ApiCallTimeoutException
        || e instanceof ApiCallAttemptTimeoutException
        || find(e, SocketTimeoutException.class).isPresent();
  }

  private static boolean isAboutCredentials(RuntimeException e) {
    return String.valueOf(e.getMessage()).contains("Unable to load credentials");
  }

  private static Throwable root(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    return root;
  }

  private static <T> Optional<T> find(Throwable e, Class<T> type) {
    for (Throwable each = e; each != null; each = each.getCause()) {
      if (type.isInstance(each)) {
        return Optional.of(type.cast(each));
      }
    }
    return Optional.empty();
  }

  private static String oneLine(@Nullable String text) {
    return text == null ? "no reason was given" : text.strip().replaceAll("\\s*[\\r\\n]+\\s*", " ");
  }
}
