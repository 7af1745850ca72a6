package io.litestream.core.age;

import static java.util.Objects.requireNonNull;

import java.io.IOException;

/** An object that cannot be decrypted. The message completes the sentence "this object …". */
public final class AgeException extends IOException {

  private static final long serialVersionUID = 1L;

  /** Why it cannot be decrypted. */
  public enum Problem {
    /** There is no identity to try. */
    NO_IDENTITY,
    /** None of the identities is one of those that it was encrypted for. */
    OTHER_KEY,
    /** It was cut off, or changed after it was encrypted. */
    DAMAGED
  }

  private final Problem problem;

  AgeException(Problem problem, String message) {
    super(message);
    this.problem = requireNonNull(problem, "problem");
  }

  /** Why it cannot be decrypted. */
  public Problem problem() {
    return problem;
  }
}
