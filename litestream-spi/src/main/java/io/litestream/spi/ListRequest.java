package io.litestream.spi;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * What to list.
 *
 * @param prefix only keys that begin with it; empty for all
 * @param delimiter {@code "/"}: keys that hold one after the prefix are rolled up into common
 *     prefixes (the part up to and including it); empty: every key is listed
 * @param startAfter only keys (and common prefixes) after this one, in the order of their UTF-8
 *     bytes; empty for all. Need not exist, nor begin with the prefix
 * @param limit the most keys and common prefixes in one page, 1 to {@value #MAX_LIMIT}; a page may
 *     hold fewer and still not be the last
 */
public record ListRequest(
    String prefix, Optional<String> delimiter, Optional<String> startAfter, int limit) {

  /** The most that one page may hold: the smallest of the known stores' limits. */
  public static final int MAX_LIMIT = 1000;

  public ListRequest {
    requireNonNull(prefix, "prefix");
    requireNonNull(delimiter, "delimiter");
    requireNonNull(startAfter, "startAfter");
    if (delimiter.isPresent() && !delimiter.get().equals("/")) {
      throw new IllegalArgumentException("the only delimiter is '/', not " + delimiter.get());
    }
    if (limit < 1 || limit > MAX_LIMIT) {
      throw new IllegalArgumentException("limit " + limit + " is not in 1 to " + MAX_LIMIT);
    }
  }

  /** All keys that begin with a prefix, in pages of {@value #MAX_LIMIT}. */
  public static ListRequest below(String prefix) {
    return new ListRequest(prefix, Optional.empty(), Optional.empty(), MAX_LIMIT);
  }

  /**
   * The keys and common prefixes directly below a prefix, as a directory would show them.
   *
   * @param prefix ends in a slash, or is empty for the root
   */
  public static ListRequest childrenOf(String prefix) {
    return new ListRequest(prefix, Optional.of("/"), Optional.empty(), MAX_LIMIT);
  }

  /** This request, from after the given key on. */
  public ListRequest after(String key) {
    return new ListRequest(prefix, delimiter, Optional.of(key), limit);
  }

  /** This request, with pages of another size. */
  public ListRequest atMost(int newLimit) {
    return new ListRequest(prefix, delimiter, startAfter, newLimit);
  }
}
