package io.litestream.replica.sftp;

import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaException.Kind;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Locale;
import java.util.concurrent.TimeoutException;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.SshException;
import org.apache.sshd.sftp.common.SftpConstants;
import org.apache.sshd.sftp.common.SftpException;

/** Turns what a server or the SSH library says into the port's errors. */
final class SftpErrors {

  private SftpErrors() {}

  static ReplicaException translate(String operation, String key, Exception e) {
    if (e instanceof ReplicaException known) {
      return known;
    }
    if (e instanceof SftpException answer) {
      return new ReplicaException(
          kind(answer.getStatus()), operation, key, code(answer), detail(answer), answer);
    }
    if (isInterrupt(e)) {
      return new ReplicaException(
          Kind.UNAVAILABLE, operation, key, "EINTR", "the thread was interrupted", e);
    }
    if (isRefusedLogin(e)) {
      return new ReplicaException(
          Kind.DENIED,
          operation,
          key,
          null,
          "the server refuses the login; check 'user', and 'password' or 'key-path'",
          e);
    }
    return new ReplicaException(
        Kind.UNAVAILABLE,
        operation,
        key,
        null,
        "the server cannot be reached, or has not answered: " + words(e),
        e);
  }

  /** Whether the connection is lost, or may be unsound. */
  static boolean isLoss(Exception e) {
    return !isAnswer(e) && !isInterrupt(e);
  }

  /** Whether the server has answered, so that the connection is sound. */
  static boolean isAnswer(Exception e) {
    return e instanceof SftpException || e instanceof ReplicaException;
  }

  static boolean isInterrupt(Exception e) {
    return e instanceof InterruptedIOException
        && !(e instanceof java.net.SocketTimeoutException)
        && !(e.getCause() instanceof TimeoutException);
  }

  static InterruptedIOException interrupted(InterruptedException e) {
    var interrupted = new InterruptedIOException("interrupted while connecting");
    interrupted.initCause(e);
    return interrupted;
  }

  static boolean isStatus(Exception e, int status) {
    return e instanceof SftpException answer && answer.getStatus() == status;
  }

  /** The protocol's own name for a status, such as {@code SSH_FX_PERMISSION_DENIED}. */
  static String code(Exception e) {
    if (e instanceof SftpException answer) {
      return SftpConstants.getStatusName(answer.getStatus());
    }
    return e instanceof ReplicaException known
        ? known.code().orElse(known.kind().name())
        : Kind.UNAVAILABLE.name();
  }

  /** In one line. */
  static String words(Exception e) {
    String message = e.getMessage();
    String text = message == null || message.isBlank() ? e.getClass().getSimpleName() : message;
    return text.strip().replaceAll("\\s*[\\r\\n]+\\s*", "; ");
  }

  private static Kind kind(int status) {
    return switch (status) {
      case SftpConstants.SSH_FX_PERMISSION_DENIED, SftpConstants.SSH_FX_WRITE_PROTECT ->
          Kind.DENIED;
      case SftpConstants.SSH_FX_BAD_MESSAGE,
          SftpConstants.SSH_FX_OP_UNSUPPORTED,
          SftpConstants.SSH_FX_INVALID_FILENAME,
          SftpConstants.SSH_FX_NOT_A_DIRECTORY,
          SftpConstants.SSH_FX_FILE_IS_A_DIRECTORY ->
          Kind.CONFIGURATION;
      default -> Kind.UNAVAILABLE;
    };
  }

  private static String detail(SftpException e) {
    String words = words(e);
    return switch (e.getStatus()) {
      case SftpConstants.SSH_FX_PERMISSION_DENIED -> "the server denies it: " + words;
      // Version 3 knows no more than that it has failed.
      case SftpConstants.SSH_FX_FAILURE ->
          "the server says '" + words + "'; a full disk or an exceeded quota looks like that";
      default -> "the server says '" + words + "'";
    };
  }

  private static boolean isRefusedLogin(Exception e) {
    return e instanceof SshException refused
        && (refused.getDisconnectCode()
                == SshConstants.SSH2_DISCONNECT_NO_MORE_AUTH_METHODS_AVAILABLE
            || words(refused).toLowerCase(Locale.ROOT).contains("no more authentication methods"));
  }

  /** Only the server's answers are exceptions that name what they are about. */
  static IOException unwrapped(RuntimeException e) {
    return e.getCause() instanceof IOException cause ? cause : new IOException(e);
  }
}
