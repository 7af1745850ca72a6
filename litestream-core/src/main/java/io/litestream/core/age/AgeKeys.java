package io.litestream.core.age;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The age keys of one replica. Objects are encrypted for the recipients, if there are any;
 * identities, which are secret, are needed for reading alone.
 *
 * @param recipients public keys, each {@code age1…}; none leaves objects as they are
 * @param identities private keys, each {@code AGE-SECRET-KEY-1…}
 */
public record AgeKeys(List<String> recipients, List<String> identities) {

  /** Without encryption. */
  public static final AgeKeys NONE = new AgeKeys(List.of(), List.of());

  private static final String RECIPIENT = "age1";
  private static final String IDENTITY = "AGE-SECRET-KEY-1";

  /**
   * @throws IllegalArgumentException if one of them is no such key; tells nothing of an identity
   */
  public AgeKeys {
    recipients = List.copyOf(recipients);
    identities = List.copyOf(identities);
    recipients.forEach(AgeKeys::requireRecipient);
    identities.forEach(AgeKeys::requireIdentity);
  }

  /** Whether objects are encrypted when they are written. */
  public boolean encrypts() {
    return !recipients.isEmpty();
  }

  /** Whether there is anything to do at all. */
  public boolean isNone() {
    return recipients.isEmpty() && identities.isEmpty();
  }

  /**
   * The recipients in a text of one for each line. Empty lines and those that begin with {@code #}
   * count for nothing.
   *
   * @throws IllegalArgumentException if a line is something else, or there is no recipient; the
   *     message completes the sentence "this text …"
   */
  public static List<String> recipientsIn(String text) {
    List<String> recipients = keysIn(text);
    recipients.forEach(AgeKeys::requireRecipient);
    if (recipients.isEmpty()) {
      throw new IllegalArgumentException("holds no recipient (age1…)");
    }
    return recipients;
  }

  /**
   * The identities in a text of one for each line, such as a file that {@code age-keygen} has
   * written. Empty lines and those that begin with {@code #} count for nothing.
   *
   * @throws IllegalArgumentException if a line is something else, or there is no identity; the
   *     message completes the sentence "this text …" and tells nothing of a key
   */
  public static List<String> identitiesIn(String text) {
    List<String> identities = keysIn(text);
    identities.forEach(AgeKeys::requireIdentity);
    if (identities.isEmpty()) {
      throw new IllegalArgumentException("holds no identity (AGE-SECRET-KEY-1…)");
    }
    return identities;
  }

  private static List<String> keysIn(String text) {
    List<String> keys = new ArrayList<>();
    for (String line : text.lines().map(String::strip).toList()) {
      if (!line.isEmpty() && !line.startsWith("#")) {
        keys.add(line);
      }
    }
    return keys;
  }

  private static void requireRecipient(String text) {
    if (isIdentity(text)) {
      // It may be quoted nowhere: it is secret.
      throw new IllegalArgumentException(
          "holds a private key (AGE-SECRET-KEY-…) where a recipient, the public key age1…, belongs");
    }
    if (!text.startsWith(RECIPIENT) || !AgeLibrary.isRecipient(text)) {
      throw new IllegalArgumentException(
          "holds what is no age recipient: those are X25519 public keys, age1… with 62 characters,"
              + " as age-keygen shows them; one may be mistyped or cut off");
    }
  }

  private static void requireIdentity(String text) {
    if (text.startsWith(RECIPIENT)) {
      throw new IllegalArgumentException(
          "holds a recipient (age1…) where an identity, the private key AGE-SECRET-KEY-1…, belongs");
    }
    if (!text.startsWith(IDENTITY) || !AgeLibrary.isIdentity(text)) {
      throw new IllegalArgumentException(
          "holds what is no age identity: those are X25519 private keys, AGE-SECRET-KEY-1… with 74"
              + " characters, as age-keygen writes them; one may be mistyped or cut off");
    }
  }

  private static boolean isIdentity(String text) {
    return text.toUpperCase(Locale.ROOT).startsWith("AGE-SECRET-KEY-");
  }

  /** Counts them: identities are secret, and many recipients are long. */
  @Override
  public String toString() {
    return "AgeKeys[recipients=" + recipients.size() + ", identities=" + identities.size() + "]";
  }
}
