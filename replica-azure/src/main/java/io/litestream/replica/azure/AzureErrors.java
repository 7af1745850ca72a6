package io.litestream.replica.azure;

import com.azure.core.exception.ClientAuthenticationException;
import com.azure.core.exception.HttpResponseException;
import com.azure.core.http.HttpHeaderName;
import com.azure.core.http.HttpResponse;
import com.azure.storage.blob.models.BlobStorageException;
import io.litestream.spi.DeleteReport.Failure;
import io.litestream.spi.NoSuchObjectException;
import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaException.Kind;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Turns what the service, its library and the network say into the port's errors. */
final class AzureErrors {

  private static final HttpHeaderName CODE_HEADER = HttpHeaderName.fromString("x-ms-error-code");
  private static final int LONGEST_DETAIL = 300;

  private final String container;

  AzureErrors(String container) {
    this.container = container;
  }

  ReplicaException translate(String operation, @Nullable String key, Throwable e) {
    Throwable root = root(e);
    if (root instanceof ReplicaException known) {
      return known;
    }
    if (root instanceof BlobStorageException refused) {
      return answer(operation, key, refused.getStatusCode(), code(refused), refused);
    }
    if (root instanceof ClientAuthenticationException refused) {
      return new ReplicaException(
          Kind.DENIED,
          operation,
          key,
          "CredentialUnavailable",
          "no credential was accepted: set an account key, or sign in: " + oneLine(refused),
          refused);
    }
    if (root instanceof HttpResponseException refused && refused.getResponse() != null) {
      HttpResponse response = refused.getResponse();
      return answer(operation, key, response.getStatusCode(), code(response), refused);
    }
    return noAnswer(operation, key, root);
  }

  private static ReplicaException noAnswer(String operation, @Nullable String key, Throwable e) {
    if (isInterrupt(e)) {
      Thread.currentThread().interrupt();
      return unavailable(operation, key, "Interrupted", "the thread was interrupted", e);
    }
    if (e instanceof TimeoutException || e instanceof SocketTimeoutException) {
      return unavailable(
          operation, key, "Timeout", "the store did not answer in time: " + oneLine(e), e);
    }
    if (e instanceof UnknownHostException || e instanceof ConnectException) {
      return unavailable(
          operation, key, "Unreachable", "the store cannot be reached: " + oneLine(e), e);
    }
    if (e instanceof IOException) {
      return unavailable(
          operation, key, "ConnectionLost", "the connection broke: " + oneLine(e), e);
    }
    return unavailable(operation, key, "Internal", "unexpected: " + oneLine(e), e);
  }

  private static ReplicaException unavailable(
      String operation, @Nullable String key, String code, String detail, Throwable e) {
    return new ReplicaException(Kind.UNAVAILABLE, operation, key, code, detail, e);
  }

  /** What an answer other than success means. */
  ReplicaException answer(
      String operation, @Nullable String key, int status, String code, @Nullable Throwable e) {
    if (isAbsence(status, code) && operation.equals("open") && key != null) {
      return new NoSuchObjectException(key, e);
    }
    return new ReplicaException(kind(status, code), operation, key, code, detail(status, code), e);
  }

  /** A blob that does not exist; not a container, whose absence is a mistake. */
  static boolean isAbsence(int status, String code) {
    return status == 404 && !code.equals("ContainerNotFound") && !code.equals("ContainerDisabled");
  }

  Failure failure(String key, Throwable e) {
    return Failure.of(key, translate("delete", key, e));
  }

  static String code(BlobStorageException e) {
    return e.getErrorCode() == null ? "HTTP " + e.getStatusCode() : e.getErrorCode().toString();
  }

  static String code(HttpResponse response) {
    String code = response.getHeaderValue(CODE_HEADER);
    return code == null ? "HTTP " + response.getStatusCode() : code;
  }

  private static Kind kind(int status, String code) {
    if (code.startsWith("Lease")
        || code.startsWith("BlobImmutable")
        || code.contains("Snapshots")) {
      return Kind.DENIED;
    }
    return switch (status) {
      case 401, 403 -> Kind.DENIED;
      case 404 -> Kind.NOT_FOUND;
      case 429 -> Kind.THROTTLED;
      case 503 -> code.equals("ServerBusy") ? Kind.THROTTLED : Kind.UNAVAILABLE;
      // Another writer at the same moment, or a container that is just being made or deleted.
      case 408, 409, 412 -> Kind.UNAVAILABLE;
      default -> status >= 500 ? Kind.UNAVAILABLE : Kind.CONFIGURATION;
    };
  }

  private String detail(int status, String code) {
    return switch (code) {
      case "ContainerNotFound" -> "there is no container '" + container + "'; create it first";
      case "AuthenticationFailed", "InvalidAuthenticationInfo" ->
          "the credential is not valid: a wrong or an expired one, or a clock that is off";
      case "AuthorizationPermissionMismatch", "InsufficientAccountPermissions" ->
          "the credential does not allow it; the role is Storage Blob Data Contributor, the"
              + " permissions of a signature are read, write, delete and list";
      case "AuthorizationFailure" ->
          "the account does not allow it: its firewall keeps this machine out, or the key is wrong";
      case "LeaseIdMissing" -> "somebody holds a lease on the blob; break it first";
      case "BlobImmutableDueToPolicy" -> "a policy of the container makes its blobs immutable";
      case "SnapshotsPresent" -> "the blob has snapshots; delete them first";
      case "ConditionNotMet" -> "the object was replaced while it was read";
      case "ServerBusy" -> "the store asks for fewer requests";
      default ->
          switch (status) {
            case 401, 403 -> "the store denies it";
            case 404 -> "there is no such thing in the store";
            default -> "the store answered with status " + status;
          };
    };
  }

  /** What lies below the wrappings of the library. */
  static Throwable root(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null
        && !(root instanceof IOException)
        && !(root instanceof HttpResponseException)
        && !(root instanceof ClientAuthenticationException)
        && !(root instanceof TimeoutException)) {
      root = root.getCause();
    }
    return root;
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
    String text = message == null || message.isBlank() ? e.getClass().getSimpleName() : message;
    String line = text.strip().replaceAll("\\s+", " ");
    return line.length() <= LONGEST_DETAIL ? line : line.substring(0, LONGEST_DETAIL) + "...";
  }
}
