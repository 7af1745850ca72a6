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
  }
}
