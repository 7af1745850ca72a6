package io.litestream.core.restore;

import io.litestream.core.ltx.LtxHeader;
import io.litestream.core.position.TxId;
import io.litestream.core.replica.LtxFile;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Follows LTX files from state to state, and finds what does not fit: the name and the header of a
 * file, the page sizes, the database checksums where they are kept, and that every page by which
 * the database grows is there. What is wrong is told in words that complete "this file …". Used by
 * one thread.
 */
final class LtxChain {

  private long last;
  private int pageSize;
  private long pages;
  private OptionalLong checksum = OptionalLong.empty();

  private boolean whole;
  private long nextPages;
  private long lockPage;

  /** The page that is to come next, of those that were not in the database before. */
  private long expected;

  /** The last transaction of which all is applied; 0 before the first file has ended. */
  long last() {
    return last;
  }

  /** Size of the database after {@link #last()}, in pages. */
  long pages() {
    return pages;
  }

  int pageSize() {
    return pageSize;
  }

  /** The database checksum after {@link #last()}, if it is kept. */
  OptionalLong checksum() {
    return checksum;
  }

  /** Whether a file holds what its name says. */
  static Optional<String> misnamed(LtxFile file, LtxHeader header) {
    return header.first().equals(file.first()) && header.last().equals(file.last())
        ? Optional.empty()
        : Optional.of(
            "holds transactions %s to %s, not those of its name"
                .formatted(header.first(), header.last()));
  }

  /** Whether a file can be applied now. */
  Optional<String> begin(LtxFile file, LtxHeader header) {
    Optional<String> misnamed = misnamed(file, header);
    if (misnamed.isPresent()) {
      return misnamed;
    }
    whole = header.isWhole();
    if (last == 0 && !whole) {
      return Optional.of("does not hold the whole database");
    }
    if (last != 0 && header.pageSize() != pageSize) {
      return Optional.of(otherPages(header.pageSize(), pageSize));
    }
    boolean next = header.first().number() == last + 1;
    if (next
        && checksum.isPresent()
        && header.before().isPresent()
        && checksum.getAsLong() != header.before().getAsLong()) {
      return Optional.of(otherDatabase(header.before().getAsLong(), checksum.getAsLong()));
    }
    pageSize = header.pageSize();
    nextPages = header.pages();
    lockPage = header.lockPage();
    expected = withoutLockPage((whole ? 0 : pages) + 1);
    return Optional.empty();
  }

  /** Whether pages of the file that has begun can be what comes next. */
  Optional<String> add(PageRun run) {
    for (int i = 0; i < run.pageCount(); i++) {
      long page = run.page(i);
      if (page > expected) {
        return missing();
      }
      if (page == expected) {
        expected = withoutLockPage(expected + 1);
      }
    }
    return Optional.empty();
  }

  /** Whether the file that has begun can end here. */
  Optional<String> end(TxId lastOfFile, OptionalLong checksumAfter) {
    if (expected <= nextPages) {
      return missing();
    }
    last = lastOfFile.number();
    pages = nextPages;
    checksum = checksumAfter;
    return Optional.empty();
  }

  private Optional<String> missing() {
    return Optional.of(incomplete(expected, nextPages));
  }

  static String otherPages(int size, int before) {
    return "has pages of %d bytes, those before it %d".formatted(size, before);
  }

  static String otherDatabase(long before, long found) {
    return "continues a database with checksum %016x, but the one before it has %016x"
        .formatted(before, found);
  }

  static String incomplete(long page, long pages) {
    return "is incomplete: page %d of a database of %d pages is missing".formatted(page, pages);
  }

  private long withoutLockPage(long page) {
    return page == lockPage ? page + 1 : page;
  }
}
