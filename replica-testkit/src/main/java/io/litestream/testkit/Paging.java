package io.litestream.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream.spi.ListPage;
import io.litestream.spi.ListRequest;
import io.litestream.spi.ReplicaStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Follows a listing from page to page. */
final class Paging {

  /** More pages than any contract's objects fill; a listing that gets there does not end. */
  private static final int MOST_PAGES = 10_000;

  private Paging() {}

  static List<ListPage> all(ReplicaStore store, ListRequest first) throws IOException {
    var pages = new ArrayList<ListPage>();
    Optional<ListRequest> request = Optional.of(first);
    while (request.isPresent()) {
      ListRequest asked = request.get();
      ListPage page = store.list(asked);
      assertThat(page.objects().size() + page.commonPrefixes().size())
          .as("R4 objects and common prefixes of a page with limit %d", asked.limit())
          .isLessThanOrEqualTo(asked.limit());
      pages.add(page);
      assertThat(pages.size()).as("R4 pages until the listing ends").isLessThan(MOST_PAGES);
      request = page.next().map(asked::after);
    }
    return pages;
  }
}
