package io.litestream.spi;

import java.util.List;
import java.util.Optional;

/**
 * One page of a listing.
 *
 * @param objects in ascending order of their keys' UTF-8 bytes
 * @param commonPrefixes what the delimiter rolled up, in the same order, each ending in it
 * @param next where the following page begins: hand it to {@link ListRequest#after}; empty if this
 *     was the last page
 */
public record ListPage(
    List<ObjectInfo> objects, List<String> commonPrefixes, Optional<String> next) {

  /** The page of a listing that finds nothing. */
  public static final ListPage EMPTY = new ListPage(List.of(), List.of(), Optional.empty());

  public ListPage {
    objects = List.copyOf(objects);
    commonPrefixes = List.copyOf(commonPrefixes);
  }
}
