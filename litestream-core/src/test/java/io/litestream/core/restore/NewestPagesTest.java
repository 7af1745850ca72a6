package io.litestream.core.restore;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pages of one letter each, of 512 bytes: a file is told by its letters. */
class NewestPagesTest {

  private static final int PAGE = 512;

  @TempDir Path directory;

  private FileChannel channel;
  private PageWriter writer;
  private NewestPages newest;

  @BeforeEach
  void open() throws IOException {
    channel =
        FileChannel.open(
            directory.resolve("db"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    writer = new PageWriter(channel);
    newest = new NewestPages(writer, PAGE, 0);
  }

  @AfterEach
  void close() throws IOException {
    channel.close();
  }

  private record Run(List<Long> numbers) implements PageRun {
    @Override
    public int pageCount() {
      return numbers.size();
    }

    @Override
    public long page(int i) {
      return numbers.get(i);
    }

    @Override
    public int pageAt(int i) {
      return i * PAGE;
    }
  }

  private static byte[] pages(int count, char letter) {
    byte[] bytes = new byte[count * PAGE];
    Arrays.fill(bytes, (byte) letter);
    return bytes;
  }

  private void chunk(char letter, Long... numbers) throws IOException {
    newest.write(pages(numbers.length, letter), new Run(List.of(numbers)));
  }

  private void segment(char letter, long committedPages, Long... numbers) throws IOException {
    chunk(letter, numbers);
    newest.endSegment(committedPages);
  }

  private void snapshot(int pages) throws IOException {
    newest.writeSnapshot(pages(pages, '.'), pages, 1);
  }

  /** The first letter of each page; a blank for zero. */
  private String file(int pages) throws IOException {
    writer.resize((long) pages * PAGE);
    byte[] bytes = Files.readAllBytes(directory.resolve("db"));
    StringBuilder letters = new StringBuilder();
    for (int at = 0; at < bytes.length; at += PAGE) {
      letters.append(bytes[at] == 0 ? ' ' : (char) bytes[at]);
    }
    return letters.toString();
  }

  @Test
  void whatALaterSegmentWroteStays() throws IOException {
    segment('c', 4, 2L);
    segment('b', 4, 1L, 2L, 4L);
    newest.endIndex();
    segment('a', 4, 1L, 2L, 3L, 4L);
    newest.endIndex();
    snapshot(4);
    assertThat(file(4)).isEqualTo("bcab");
  }

  @Test
  void withinASegmentALaterChunkGoesOverAnEarlierOne() throws IOException {
    chunk('b', 1L, 2L);
    chunk('c', 2L, 3L);
    newest.endSegment(3);
    newest.endIndex();
    snapshot(3);
    assertThat(file(3)).isEqualTo("bcc");
  }

  @Test
  void theSnapshotFillsWhatNoSegmentWrote() throws IOException {
    segment('a', 5, 2L, 5L);
    newest.endIndex();
    snapshot(4);
    assertThat(file(5)).isEqualTo(".a..a");
  }

  @Test
  void aPageThatALaterIndexCutAwayIsZeroWhenTheDatabaseHasGrownAgain() throws IOException {
    segment('c', 6, 1L, 6L);
    newest.endIndex();
    segment('b', 3, 1L, 2L);
    newest.endIndex();
    segment('a', 5, 4L, 5L);
    newest.endIndex();
    snapshot(5);
    assertThat(file(6)).isEqualTo("cb.  c");
  }

  @Test
  void aPageThatItsOwnIndexCutAwayIsZeroEvenIfItHasBeenWritten() throws IOException {
    segment('b', 5, 1L);
    newest.endIndex();
    chunk('a', 1L, 2L, 4L);
    newest.endSegment(3);
    segment('A', 0, 3L, 5L);
    newest.endIndex();
    snapshot(2);
    assertThat(file(5)).isEqualTo("baA  ");
  }

  @Test
  void ofTheLastIndexASizeThatIsGivenCountsAndNotThatOfItsLastCommit() throws Exception {
    newest = new NewestPages(writer, PAGE, 4);
    segment('b', 2, 1L, 4L);
    newest.endIndex();
    segment('a', 5, 3L, 5L);
    newest.endIndex();
    snapshot(5);
    assertThat(file(4)).isEqualTo("b.ab");
  }

  @Test
  void anIndexWithoutACommitCutsNothing() throws IOException {
    segment('b', 0);
    newest.endIndex();
    segment('a', 3, 3L);
    newest.endIndex();
    snapshot(2);
    assertThat(file(3)).isEqualTo("..a");
  }

  @Test
  void pagesThatCannotExistAreNotWritten() throws IOException {
    segment('a', 2, 0L, 2L);
    newest.endIndex();
    snapshot(2);
    assertThat(file(2)).isEqualTo(".a");
  }

  @Test
  void aSetOfPagesHoldsAnyNumber() {
    PageSet set = new PageSet();
    long[] numbers = {0, 63, 64, 65_535, 65_536, 70_000_000, 0xFFFFFFFFL};
    for (long number : numbers) {
      assertThat(set.contains(number)).isFalse();
      set.add(number);
      assertThat(set.contains(number)).isTrue();
    }
    assertThat(set.contains(62)).isFalse();
    assertThat(set.contains(128)).isFalse();
    assertThat(set.contains(0xFFFFFFFEL)).isFalse();
  }
}
