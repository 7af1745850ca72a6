package io.litestream.core.restore;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A restore was not done, and nothing of it is left. The message is one line for an operator: what
 * was found where, what was expected, and what can be done.
 */
public final class RestoreException extends IOException {

  private static final long serialVersionUID = 1L;

  /** What a caller can do about it. */
  public enum Kind {
    /** No replica holds a snapshot (of the generation asked for): there is nothing to restore. */
    NO_REPLICA_DATA,
    /** There is something at the output path already. It was not touched. */
    TARGET_EXISTS,
    /** There is data, but the index or the time that was asked for is not in it. */
    NOT_RESTORABLE,
    /** What the replica holds is broken or incomplete. Trying again will not help. */
    DAMAGED,
    /** The replica is encrypted, and no identity at hand opens it. */
    NO_KEY,
    /** The output cannot be written: no space, no permission, stale files beside it. */
    TARGET
  }

  private final Kind kind;
  private final String finding;

  RestoreException(Kind kind, String message) {
    this(kind, message, null);
  }

  RestoreException(Kind kind, String message, @Nullable Throwable cause) {
    this(kind, message, message, cause);
  }

  /**
   * @param finding what was found, without what it means for a restore
   */
  RestoreException(Kind kind, String message, String finding, @Nullable Throwable cause) {
    super(message, cause);
    this.kind = requireNonNull(kind, "kind");
    this.finding = requireNonNull(finding, "finding");
  }

  /** What was found, and in which object; on one line. */
  String finding() {
    return finding;
  }

  /** What a caller can do about it. */
  public Kind kind() {
    return kind;
  }
}
