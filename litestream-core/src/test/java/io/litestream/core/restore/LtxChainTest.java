package io.litestream.core.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream.core.ltx.LtxHeader;
import io.litestream.core.position.TxId;
import io.litestream.core.replica.LtxFile;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which pages a file must hold: all by which the database grows, but the one at 1 GiB. */
class LtxChainTest {

  private static final int PAGE_SIZE = 65536;
  private static final long LOCK_PAGE = 16385;

  private final LtxChain chain = new LtxChain();

  private Optional<String> apply(long first, long size, long... pages) {
    TxId id = new TxId(first);
    LtxFile file = new LtxFile("key", 0, id, id, 0, Instant.EPOCH);
    LtxHeader header =
        new LtxHeader(PAGE_SIZE, size, id, id, Instant.EPOCH, false, OptionalLong.empty());
    return chain
        .begin(file, header)
        .or(() -> chain.add(run(pages)))
        .or(() -> chain.end(id, OptionalLong.empty()));
  }

  private static PageRun run(long... pages) {
    return new PageRun() {
      @Override
      public int pageCount() {
        return pages.length;
      }

      @Override
      public long page(int i) {
        return pages[i];
      }

      @Override
      public int pageAt(int i) {
        return i * PAGE_SIZE;
      }
    };
  }

  private static long[] range(long from, long to) {
    return LongStream.rangeClosed(from, to).toArray();
  }

  @ParameterizedTest
  @CsvSource({
    // size before, size after, the pages by which it grows, whether that is all of them
    "16384, 16385, 16385, 16384, true",
    "16384, 16386, 16386, 16386, true",
    "16384, 16387, 16386, 16387, true",
    "16384, 16387, 16386, 16386, false",
    "16384, 16387, 16387, 16387, false",
    "16383, 16386, 16386, 16386, false",
    "16385, 16386, 16386, 16386, true",
    "16385, 16386, 16386, 16385, false"
  })
  void growsByEveryPageButTheLockPage(long before, long after, long from, long to, boolean whole) {
    long[] first = LongStream.rangeClosed(1, before).filter(p -> p != LOCK_PAGE).toArray();
    assertThat(apply(1, before, first)).isEmpty();

    Optional<String> damage = apply(2, after, range(from, to));

    assertThat(damage.isEmpty()).isEqualTo(whole);
    assertThat(chain.last()).isEqualTo(whole ? 2 : 1);
  }

  @Test
  void mayShrinkAndGrowAgain() {
    assertThat(apply(1, 5, 1, 2, 3, 4, 5)).isEmpty();
    assertThat(apply(2, 2, 1)).isEmpty();
    assertThat(apply(3, 3, 1)).hasValueSatisfying(w -> assertThat(w).contains("page 3 of"));
    assertThat(apply(3, 3, 1, 3)).isEmpty();
    assertThat(chain.pages()).isEqualTo(3);
  }

  @Test
  void anEmptyDatabaseHasNoPages() {
    assertThat(apply(1, 1, 1)).isEmpty();
    assertThat(apply(2, 0)).isEmpty();
    assertThat(chain.pages()).isZero();
  }

  @Test
  void beginsWithAWholeDatabase() {
    assertThat(apply(2, 1, 1)).contains("does not hold the whole database");
  }
}
