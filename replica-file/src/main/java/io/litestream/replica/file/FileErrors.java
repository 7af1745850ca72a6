package io.litestream.replica.file;

import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaException.Kind;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NotDirectoryException;

/** Turns what a file system says into the port's errors. */
final class FileErrors {

  private FileErrors() {}

  static ReplicaException translate(String operation, String key, IOException e) {
    if (e instanceof ReplicaException known) {
      return known;
    }
    String code = code(e);
    return switch (code) {
      case "EACCES", "EROFS", "EPERM" ->
          new ReplicaException(
              Kind.DENIED, operation, key, code, "permission denied; " + reason(e), e);
      case "ENOSPC" ->
          new ReplicaException(
              Kind.UNAVAILABLE, operation, key, code, "there is no space left on the device", e);
      case "ENOTDIR" ->
          new ReplicaException(
              Kind.CONFIGURATION,
              operation,
              key,
              code,
              "a file is where a directory should be: " + reason(e),
              e);
      default -> new ReplicaException(Kind.UNAVAILABLE, operation, key, code, reason(e), e);
    };
  }

  /** The name that the operating system has for an error, as far as it can be told. */
  static String code(IOException e) {
    String text = String.valueOf(e.getMessage());
    if (e instanceof AccessDeniedException) {
      return "EACCES";
    }
    if (e instanceof NotDirectoryException
        || e instanceof FileAlreadyExistsException
        || text.contains("Not a directory")) {
      return "ENOTDIR";
    }
    if (text.contains("No space left") || text.contains("Disk quota exceeded")) {
      return "ENOSPC";
    }
    if (text.contains("Read-only file system")) {
      return "EROFS";
    }
    if (text.contains("Operation not permitted")) {
      return "EPERM";
    }
    return "EIO";
  }

  static String reason(IOException e) {
    if (e instanceof FileSystemException system && system.getReason() != null) {
      return system.getFile() + ": " + system.getReason();
    }
    String message = e.getMessage();
    return message == null ? e.getClass().getSimpleName() : message;
  }
}
