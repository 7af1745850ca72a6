package io.litestream.core.retention;

import static java.util.Comparator.comparing;

import io.litestream.core.layout.ReplicaLayout;
import io.litestream.spi.DeleteReport;
import io.litestream.spi.DeleteReport.Failure;
import io.litestream.spi.ListPage;
import io.litestream.spi.ListRequest;
import io.litestream.spi.ObjectInfo;
import io.litestream.spi.ReplicaStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;

/**
 * Deletes objects, and believes nothing but what the store says of each. The first segments of
 * indexes go after the others. Used by one thread.
 */
final class Deletion {

  /** A key that the store reported as deleted and goes on listing. */
  static final String STILL_LISTED = "StillListed";

  /** A key of which the store's adapter said nothing. */
  static final String UNREPORTED = "Unreported";

  private final ReplicaStore store;
  private final boolean verify;

  /**
   * @param verify whether to list afterwards: some stores answer that all is well and delete
   *     nothing
   */
  Deletion(ReplicaStore store, boolean verify) {
    this.store = store;
    this.verify = verify;
  }

  /** Deletes keys; returns those that are still there, or of which it is not known. */
  List<Failure> delete(List<String> keys) throws IOException {
    DeleteReport report = store.delete(firstSegmentsLast(keys));
    Set<String> open = new TreeSet<>(keys);
    List<Failure> failed = new ArrayList<>();
    for (Failure failure : report.failed()) {
      if (open.remove(failure.key())) {
        failed.add(failure);
      }
    }
    NavigableSet<String> deleted = new TreeSet<>(report.deleted());
    deleted.retainAll(open);
    open.removeAll(deleted);
    for (String key : open) {
      failed.add(new Failure(key, UNREPORTED, "the store did not say what became of it"));
    }
    if (verify) {
      for (String key : stillListed(deleted)) {
        failed.add(
            new Failure(
                key, STILL_LISTED, "the store said that it was deleted, and goes on listing it"));
      }
    }
    return failed;
  }

  /**
   * Until the process dies, in the middle of it, say, no index has lost its first segment alone.
   */
  private static List<String> firstSegmentsLast(List<String> keys) {
    return keys.stream().sorted(comparing(ReplicaLayout::isFirstSegment)).toList();
  }

  private List<String> stillListed(NavigableSet<String> keys) throws IOException {
    List<String> found = new ArrayList<>();
    NavigableSet<String> rest = keys;
    while (!rest.isEmpty()) {
      String first = rest.first();
      String directory = first.substring(0, first.lastIndexOf('/') + 1);
      // A text right before the first key: the key without its last character.
      String before = first.substring(0, first.length() - 1);
      ListPage page = store.list(ListRequest.below(directory).after(before));
      for (ObjectInfo object : page.objects()) {
        if (keys.contains(object.key())) {
          found.add(object.key());
        }
      }
      // What the page did not reach, and what lies in another directory.
      String reached = page.next().orElse(directory + Character.MAX_VALUE);
      rest = rest.tailSet(reached, false);
    }
    return found;
  }
}
