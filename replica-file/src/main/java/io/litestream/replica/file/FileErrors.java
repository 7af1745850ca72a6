package io.litestream.replica.file;

import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaException.Kind;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Map;

/**
 * Turns what a file system says into the port's errors. Java has types for some of its errors; the
 * others are known by the operating system's words, and by {@code EIO} where those are translated.
 */
final class FileErrors {

  private static final Map<String, String> CODES =
      Map.ofEntries(
          Map.entry("Permission denied", "EACCES"),
          Map.entry("Operation not permitted", "EPERM"),
          Map.entry("Read-only file system", "EROFS"),
          Map.entry("No space left on device", "ENOSPC"),
          Map.entry("Disk quota exceeded", "EDQUOT"),
          Map.entry("No such file or directory", "ENOENT"),
          Map.entry("Not a directory", "ENOTDIR"),
          Map.entry("Is a directory", "EISDIR"),
          Map.entry("File name too long", "ENAMETOOLONG"),
          Map.entry("Too many levels of symbolic links", "ELOOP"),
          Map.entry("Too many open files", "EMFILE"),
          Map.entry("Invalid cross-device link", "EXDEV"));

  private FileErrors() {}

  static ReplicaException translate(String operation, String key, IOException e) {
    if (e instanceof ReplicaException known) {
      return known;
    }
    String code = code(e);
    return new ReplicaException(kind(code), operation, key, code, detail(code, e), e);
  }

  private static Kind kind(String code) {
    return switch (code) {
      case "EACCES", "EPERM", "EROFS", "ELOOP" -> Kind.DENIED;
      case "ENOTDIR", "EISDIR", "ENAMETOOLONG", "EXDEV" -> Kind.CONFIGURATION;
      default -> Kind.UNAVAILABLE;
    };
  }

  private static String detail(String code, IOException e) {
    String reason = reason(e);
    return switch (code) {
      case "EACCES", "EPERM", "EROFS" -> "the file system denies it: " + reason;
      case "ENOSPC", "EDQUOT" -> "the disk is full: " + reason;
      case "ENOTDIR" -> "a file is where a directory should be: " + reason;
      case "EISDIR" -> "a directory is where the object should be: " + reason;
      case "EXDEV" -> "a replica's directory is on one file system, all of it: " + reason;
      case "EINTR" -> "the thread was interrupted";
      default -> reason;
    };
  }

  /** The name that the operating system has for an error, as far as it can be told. */
  static String code(IOException e) {
    if (e instanceof ReplicaException known) {
      return known.code().orElse("EIO");
    }
    if (e instanceof AccessDeniedException) {
      return "EACCES";
    }
    if (e instanceof NoSuchFileException) {
      return "ENOENT";
    }
    // The one thing that is made where something may be is a directory: in its place is a file.
    if (e instanceof NotDirectoryException || e instanceof FileAlreadyExistsException) {
      return "ENOTDIR";
    }
    if (e instanceof DirectoryNotEmptyException) {
      return "EISDIR";
    }
    if (e instanceof ClosedByInterruptException) {
      return "EINTR";
    }
    String text = String.valueOf(e.getMessage());
    return CODES.entrySet().stream()
        .filter(entry -> text.endsWith(entry.getKey()))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse("EIO");
  }

  /** Which file it is about, and the file system's own words, on one line. */
  static String reason(IOException e) {
    if (e instanceof FileSystemException system) {
      return file(system) + ": " + words(system);
    }
    String message = e.getMessage();
    return message == null ? e.getClass().getSimpleName() : message;
  }

  /**
   * Of a rename, where it was to lead. Not a temporary file, whose name nobody knows: it differs
   * each time, and would make a new failure of one that was told already.
   */
  private static String file(FileSystemException e) {
    String file = e.getOtherFile() == null ? e.getFile() : e.getOtherFile();
    return FileKeys.withoutTemporary(String.valueOf(file));
  }

  /** The types that Java has for some errors bear no words. */
  private static String words(FileSystemException e) {
    if (e.getReason() != null) {
      return e.getReason();
    }
    String code = code(e);
    return CODES.entrySet().stream()
        .filter(entry -> entry.getValue().equals(code))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElse(e.getClass().getSimpleName());
  }
}
