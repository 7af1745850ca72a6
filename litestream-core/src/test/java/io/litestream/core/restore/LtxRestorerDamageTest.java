package io.litestream.core.restore;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream.core.ltx.DatabaseChecksum;
import io.litestream.core.ltx.LockPage;
import io.litestream.core.ltx.LtxBytes;
import io.litestream.core.position.TxId;
import io.litestream.core.replica.FixedStore;
import io.litestream.core.replica.LtxReader;
import io.litestream.core.restore.RestoreException.Kind;
import io.litestream.spi.ReplicaException;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Restores that must not succeed, or only just do. What fails says why, and leaves nothing. */
class LtxRestorerDamageTest {

  private static final int PAGE = 512;

  @TempDir Path directory;

  private static byte[] page(int content) {
    byte[] page = new byte[PAGE];
    Arrays.fill(page, (byte) content);
    return page;
  }

  private static void put(FixedStore store, int level, long first, long last, LtxBytes file) {
    store.put(key(level, first, last), file.bytes(), Instant.EPOCH);
  }

  private static String key(int level, long first, long last) {
    return "ltx/" + level + "/" + LtxBytes.name(first, last);
  }

  /** Transactions 1 to 3: of two pages, then three, then two again. */
  private static FixedStore small() {
    FixedStore store = new FixedStore();
    put(store, 9, 1, 1, new LtxBytes(PAGE, 1, 1, 2).page(1, page(1)).page(2, page(2)));
    put(store, 0, 2, 2, new LtxBytes(PAGE, 2, 2, 3).page(1, page(3)).page(3, page(4)));
    put(store, 0, 3, 3, new LtxBytes(PAGE, 3, 3, 2).page(2, page(5)));
    return store;
  }

  private LtxRestoreResult restore(FixedStore store) throws IOException, InterruptedException {
    return restore(store, IntegrityCheck.NONE);
  }

  private LtxRestoreResult restore(FixedStore store, IntegrityCheck check)
      throws IOException, InterruptedException {
    LtxRestoreRequest request =
        new LtxRestoreRequest(output(), Optional.empty(), Optional.empty(), 4, check);
    LtxPlan plan = LtxRestorer.plan(List.of(new LtxReader("file", store)), request);
    return LtxRestorer.restore(plan, request, RestoreProgress.NONE);
  }

  private Path output() {
    return directory.resolve("made/for/it/app.db");
  }

  private AbstractThrowableAssert<?, ?> assertRefused(FixedStore store) throws IOException {
    return assertRefused(store, IntegrityCheck.NONE);
  }

  private AbstractThrowableAssert<?, ?> assertRefused(FixedStore store, IntegrityCheck check)
      throws IOException {
    var refused =
        assertThatThrownBy(() -> restore(store, check))
            .hasMessageNotContaining("\n")
            .isInstanceOf(IOException.class);
    try (Stream<Path> left = Files.list(directory)) {
      assertThat(left).isEmpty();
    }
    assertThat(Thread.getAllStackTraces().keySet())
        .extracting(Thread::getName)
        .doesNotContain("litestream-restore");
    return refused;
  }

  private static Kind kind(Throwable e) {
    return ((RestoreException) e).kind();
  }

  @Test
  void laterFilesGoOverEarlierOnesAndTheLastSaysTheSize() throws Exception {
    LtxRestoreResult result = restore(small());

    byte[] expected = new byte[2 * PAGE];
    Arrays.fill(expected, 0, PAGE, (byte) 3);
    Arrays.fill(expected, PAGE, 2 * PAGE, (byte) 5);
    assertThat(Files.readAllBytes(output())).isEqualTo(expected);
    assertThat(result.txId()).isEqualTo(new TxId(3));
    assertThat(result.checksumProved()).isFalse();
  }

  @Test
  void aFlippedBitInAnyFileIsFound() throws Exception {
    for (String key : List.of(key(9, 1, 1), key(0, 2, 2), key(0, 3, 3))) {
      FixedStore store = small();
      byte[] bytes = requireNonNull(store.objects.get(key));
      bytes[12] ^= 64;
      assertRefused(store)
          .hasMessageStartingWith("cannot restore from replica 'file': " + key + " is ")
          .satisfies(e -> assertThat(kind(e)).isEqualTo(Kind.DAMAGED));
    }
  }

  @Test
  void aTruncatedFileIsFoundAndWhatIsLeftIsTold() throws Exception {
    FixedStore store = small();
    byte[] bytes = requireNonNull(store.objects.get(key(0, 3, 3)));
    store.put(key(0, 3, 3), Arrays.copyOf(bytes, bytes.length - 1), Instant.EPOCH);

    assertRefused(store)
        .hasMessage(
            "cannot restore from replica 'file': ltx/0/0000000000000003-0000000000000003.ltx is truncated; -txid 0000000000000002 restores the state before it");
  }

  @Test
  void anEmptyFileIsFound() throws Exception {
    FixedStore store = small();
    store.put(key(9, 1, 1), new byte[0], Instant.EPOCH);

    assertRefused(store)
        .hasMessage(
            "cannot restore from replica 'file': ltx/9/0000000000000001-0000000000000001.ltx is truncated; nothing before it is left in this replica");
  }

  @Test
  void aMissingFileIsAGap() throws Exception {
    FixedStore store = small();
    store.objects.remove(key(0, 2, 2));

    assertRefused(store)
        .hasMessageContaining(
            "transactions 0000000000000002 to 0000000000000002 are missing before ltx/0/0000000000000003-0000000000000003.ltx");
  }

  @Test
  void aFileThatGoesAndIsNotCompactedIsAGap() throws Exception {
    FixedStore store = small();
    store.opening =
        (key, content) -> {
          if (key.equals(key(9, 1, 1))) {
            store.objects.remove(key(0, 2, 2));
          }
          return content;
        };
    LtxRestoreRequest request =
        new LtxRestoreRequest(output(), Optional.empty(), Optional.empty(), 1, IntegrityCheck.NONE);
    LtxPlan plan = LtxRestorer.plan(List.of(new LtxReader("file", store)), request);

    assertThatThrownBy(() -> LtxRestorer.restore(plan, request, RestoreProgress.NONE))
        .hasMessageContaining("transactions 0000000000000002 to 0000000000000002 are missing");
    assertThat(output()).doesNotExist();
  }

  @Test
  void aFileOfAnotherNameIsFound() throws Exception {
    FixedStore store = small();
    store.put(key(0, 4, 4), requireNonNull(store.objects.get(key(0, 3, 3))), Instant.EPOCH);

    assertRefused(store)
        .hasMessageContaining(
            "holds transactions 0000000000000003 to 0000000000000003, not those of its name");
  }

  @Test
  void aMissingPageIsFound() throws Exception {
    FixedStore store = small();
    put(store, 9, 1, 1, new LtxBytes(PAGE, 1, 1, 3).page(1, page(1)).page(3, page(2)));
    assertRefused(store)
        .hasMessageContaining("is incomplete: page 2 of a database of 3 pages is missing");

    put(store, 9, 1, 1, new LtxBytes(PAGE, 1, 1, 2).page(1, page(1)).page(2, page(2)));
    put(store, 0, 3, 3, new LtxBytes(PAGE, 3, 3, 5).page(4, page(1)));
    assertRefused(store)
        .hasMessageContaining("is incomplete: page 5 of a database of 5 pages is missing");
  }

  @Test
  void anotherPageSizeIsFound() throws Exception {
    FixedStore store = small();
    put(store, 0, 3, 3, new LtxBytes(1024, 3, 3, 1).page(1, new byte[1024]));

    assertRefused(store).hasMessageContaining("has pages of 1024 bytes, those before it 512");
  }

  @Test
  void sqliteJudgesWhereNoDatabaseChecksumIsKept() throws Exception {
    assertRefused(small(), IntegrityCheck.AUTO)
        .hasMessageContaining("SQLite finds the restored database damaged")
        .satisfies(e -> assertThat(kind(e)).isEqualTo(Kind.DAMAGED));
  }

  @Test
  void databaseChecksumsAreComparedWhereTheyAreKept() throws Exception {
    FixedStore store = small();
    long first = checksum(page(1), page(2));
    long second = checksum(page(7), page(2));
    put(
        store,
        9,
        1,
        1,
        new LtxBytes(PAGE, 1, 1, 2)
            .page(1, page(1))
            .page(2, page(2))
            .checksums(OptionalLong.empty(), first));
    put(
        store,
        0,
        2,
        2,
        new LtxBytes(PAGE, 2, 2, 2).page(1, page(7)).checksums(OptionalLong.of(first), second));
    store.objects.remove(key(0, 3, 3));
    assertThat(restore(store, IntegrityCheck.AUTO))
        .satisfies(
            result -> {
              assertThat(result.checksumProved()).isTrue();
              assertThat(result.checked()).isEqualTo(IntegrityCheck.NONE);
            });
    Files.delete(output());
    Files.delete(output().getParent());
    Files.delete(directory.resolve("made/for"));
    Files.delete(directory.resolve("made"));

    put(
        store,
        0,
        2,
        2,
        new LtxBytes(PAGE, 2, 2, 2).page(1, page(8)).checksums(OptionalLong.of(first), second));
    assertRefused(store).hasMessageContaining("the restored database has checksum");

    put(
        store,
        0,
        2,
        2,
        new LtxBytes(PAGE, 2, 2, 2).page(1, page(7)).checksums(OptionalLong.of(first - 1), second));
    assertRefused(store).hasMessageContaining("continues a database with checksum");
  }

  private static long checksum(byte[]... pages) {
    DatabaseChecksum checksum = new DatabaseChecksum();
    for (int i = 0; i < pages.length; i++) {
      checksum.add(i + 1, pages[i], 0, pages[i].length);
    }
    return checksum.value();
  }

  /** With the largest pages, the one at 1 GiB is number 16385. Writes 1 GiB. */
  @Test
  @Tag("long")
  void theLockPageIsInNoFileAndStaysEmpty() throws Exception {
    long lock = LockPage.of(65536);
    byte[] content = new byte[65536];
    Arrays.fill(content, (byte) 7);
    LtxBytes whole = new LtxBytes(65536, 1, 1, lock - 1);
    byte[] zeros = new byte[65536];
    for (long page = 1; page < lock; page++) {
      whole.page(page, zeros);
    }
    FixedStore store = new FixedStore();
    put(store, 9, 1, 1, whole);
    put(store, 0, 2, 2, new LtxBytes(65536, 2, 2, lock + 1).page(lock + 1, content));

    LtxRestoreResult result = restore(store);

    assertThat(result.databaseBytes()).isEqualTo((lock + 1) * 65536);
    try (InputStream in = Files.newInputStream(output())) {
      in.skipNBytes((lock - 1) * 65536);
      assertThat(in.readNBytes(65536)).isEqualTo(zeros);
      assertThat(in.readAllBytes()).isEqualTo(content);
    }
    Files.delete(output());
  }

  @Test
  void aStreamThatBreaksOffIsOpenedAgain() throws Exception {
    FixedStore store = new FixedStore();
    LtxBytes large = new LtxBytes(65536, 1, 1, 64);
    for (int i = 1; i <= 64; i++) {
      byte[] content = new byte[65536];
      new Random(i).nextBytes(content);
      large.page(i, content);
    }
    put(store, 9, 1, 1, large);
    AtomicInteger opened = new AtomicInteger();
    store.opening =
        (key, content) ->
            opened.incrementAndGet() <= 2 ? breaking(content.readAllBytes(), 3 << 20) : content;

    restore(store);

    assertThat(opened.get()).isEqualTo(3);
    byte[] found = Files.readAllBytes(output());
    for (int i = 1; i <= 64; i++) {
      byte[] content = new byte[65536];
      new Random(i).nextBytes(content);
      assertThat(Arrays.copyOfRange(found, (i - 1) * 65536, i * 65536)).isEqualTo(content);
    }
  }

  private static InputStream breaking(byte[] bytes, int after) {
    return new FilterInputStream(new ByteArrayInputStream(bytes, 0, after)) {
      @Override
      public int read(byte[] into, int offset, int length) throws IOException {
        int part = super.read(into, offset, length);
        if (part < 0) {
          throw new IOException("connection reset");
        }
        return part;
      }
    };
  }

  @Test
  void aStoreThatCannotBeReadIsNoDamage() throws Exception {
    FixedStore store = small();
    store.opening =
        (key, content) -> {
          throw new ReplicaException(
              ReplicaException.Kind.DENIED, "open", key, "403", "denied", null);
        };

    assertRefused(store).isInstanceOf(ReplicaException.class);
  }

  @Test
  void anExistingTargetIsNotTouched() throws Exception {
    Files.createDirectories(output().getParent());
    Files.writeString(output(), "mine");

    assertThatThrownBy(() -> restore(small()))
        .satisfies(e -> assertThat(kind(e)).isEqualTo(Kind.TARGET_EXISTS));
    assertThat(output()).hasContent("mine");
  }
}
