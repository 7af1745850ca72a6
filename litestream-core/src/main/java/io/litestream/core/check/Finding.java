package io.litestream.core.check;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * What was found out about one thing.
 *
 * @param subject one word, such as {@code write} or {@code space}
 * @param code the store's own code, if it refused
 * @param permission what is usually missing, as the vendor calls it
 * @param text one line, for people
 */
public record Finding(
    String subject,
    Verdict verdict,
    Optional<String> code,
    Optional<String> permission,
    String text) {

  public Finding {
    requireNonNull(subject, "subject");
    requireNonNull(verdict, "verdict");
    requireNonNull(text, "text");
  }

  /** A finding that no store's answer belongs to. */
  static Finding of(String subject, Verdict verdict, String text) {
    return new Finding(subject, verdict, Optional.empty(), Optional.empty(), text);
  }
}
