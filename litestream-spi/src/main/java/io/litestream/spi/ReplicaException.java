package io.litestream.spi;

import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A store refused a request or could not be reached. The message is one line for an operator and
 * names the operation, the key and the store's answer. It never holds a credential.
 */
public class ReplicaException extends IOException {

  private static final long serialVersionUID = 1L;

  /** The operation of what fails before there is a store. */
  private static final String CONFIGURE = "configure";

  /** What a caller can do about it. */
  public enum Kind {
    /** The object or the bucket does not exist. Trying again will not help. */
    NOT_FOUND,
    /** Credentials or permissions do not suffice. Trying again will not help until they change. */
    DENIED,
    /** The store asks for fewer requests. Try again later. */
    THROTTLED,
    /** The store or the way to it failed. Try again later. */
    UNAVAILABLE,
    /** The settings cannot work. Trying again will not help until they change. */
    CONFIGURATION
  }

  private final Kind kind;
  private final String operation;
  private final @Nullable String key;
  private final @Nullable String code;

  /**
   * @param operation what was tried, in lower case: {@code list}, {@code open}, {@code write},
   *     {@code commit}, {@code delete}; or {@code configure}, if a setting cannot work
   * @param key the key or prefix it was tried on; of {@code configure}, the setting; if there is
   *     one
   * @param code the store's own code, if there is one
   * @param detail what happened and what to do about it, on one line, without credentials
   */
  public ReplicaException(
      Kind kind,
      String operation,
      @Nullable String key,
      @Nullable String code,
      String detail,
      @Nullable Throwable cause) {
    super(message(operation, key, code, detail), cause);
    this.kind = kind;
    this.operation = operation;
    this.key = key;
    this.code = code;
  }

  private static String message(
      String operation, @Nullable String key, @Nullable String code, String detail) {
    String what =
        operation.equals(CONFIGURE)
            ? (key == null || detail.contains(key) ? "" : "setting '" + key + "': ")
            : operation + (key == null || key.isEmpty() ? "" : " " + key) + ": ";
    return what + detail + (code == null || detail.contains(code) ? "" : " (" + code + ")");
  }

  /** What the caller can do about it. */
  public final Kind kind() {
    return kind;
  }

  /** What was tried, in lower case. */
  public final String operation() {
    return operation;
  }

  /** The key or prefix that was worked on. */
  public final Optional<String> key() {
    return Optional.ofNullable(key);
  }

  /** The store's own code, such as {@code AccessDenied}. */
  public final Optional<String> code() {
    return Optional.ofNullable(code);
  }
}
