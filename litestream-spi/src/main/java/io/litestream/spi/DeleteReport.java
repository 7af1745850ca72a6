package io.litestream.spi;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * What became of each key of a {@link ReplicaStore#delete}.
 *
 * @param deleted keys that are gone now, whether they existed before or not
 * @param failed keys that the store did not delete, or of which it is not known
 */
public record DeleteReport(List<String> deleted, List<Failure> failed) {

  public DeleteReport {
    deleted = List.copyOf(deleted);
    failed = List.copyOf(failed);
  }

  /**
   * One key that was not deleted.
   *
   * @param code the store's own code, such as {@code AccessDenied}
   * @param message the store's own words, on one line; where it has none, what is known
   */
  public record Failure(String key, String code, String message) {

    public Failure {
      requireNonNull(key, "key");
      requireNonNull(code, "code");
      requireNonNull(message, "message");
    }

    /** What an exception says of a key; its message without the words that name the key again. */
    public static Failure of(String key, ReplicaException e) {
      String message = String.valueOf(e.getMessage());
      String action = "delete " + key + ": ";
      return new Failure(
          key,
          e.code().orElse("Unknown"),
          message.startsWith(action) ? message.substring(action.length()) : message);
    }
  }
}
