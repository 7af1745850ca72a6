package io.litestream.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream.core.age.AgeKeys;
import io.litestream.core.age.AgeTestKeys;
import io.litestream.core.position.Generation;
import io.litestream.core.position.Position;
import io.litestream.core.replica.ObjectFingerprint;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UploadRecordTest {

  private static final Generation GENERATION = new Generation("4c994ccc40a5ba03");
  private static final String MARK = "0123456789abcdef".repeat(3);

  @TempDir Path directory;
  private Path file = Path.of("");

  @BeforeEach
  void makeFile() throws IOException {
    file = Files.createFile(directory.resolve("record"));
  }

  private UploadRecord open() throws IOException {
    return UploadRecord.open(file, AgeTestKeys.WRITE_ONLY);
  }

  private static Position at(long offset) {
    return new Position(GENERATION, 7, offset);
  }

  private static ObjectFingerprint object(int number) {
    return new ObjectFingerprint(1000 + number, "%064x".formatted(number));
  }

  private static void expect(UploadRecord record, long offset, int number) throws IOException {
    record.expect(at(offset), offset + 100, object(number), MARK);
  }

  private void assertKnown(long offset, int number) throws IOException {
    assertThat(open().mayKnow(at(offset), 1000 + number)).isTrue();
    assertThat(open().arrived(at(offset), object(number)))
        .hasValueSatisfying(entry -> assertThat(entry.end()).isEqualTo(offset + 100));
  }

  @Test
  void anEmptyFileKnowsNothing() throws IOException {
    assertThat(open().mayKnow(at(0), 1000)).isFalse();
    assertThat(open().arrived(at(0), object(0))).isEmpty();
  }

  @Test
  void knowsTheLastUploadThatArrivedAndTheTriesAfterIt() throws IOException {
    UploadRecord record = open();
    for (int number = 0; number < 20; number++) {
      expect(record, 100L * number, number);
      record.confirm();
    }
    for (int attempt = 0; attempt < 50; attempt++) {
      expect(record, 2000, 100 + attempt);
      assertKnown(1900, 19);
      for (int earlier = Math.max(0, attempt - 2); earlier <= attempt; earlier++) {
        assertKnown(2000, 100 + earlier);
      }
    }
  }

  @Test
  void keepsWhatARestartHasFoundInTheReplica() throws IOException {
    UploadRecord record = open();
    expect(record, 0, 0);
    record.confirm();
    expect(record, 100, 1);
    for (int restart = 0; restart < 20; restart++) {
      record = open();
      assertThat(record.arrived(at(0), object(0))).isPresent();
      expect(record, 100, 50 + restart);
    }
    assertKnown(0, 0);
  }

  @Test
  void aTornLineIsNoneAndSparesTheOthers() throws IOException {
    UploadRecord record = open();
    expect(record, 0, 0);
    record.confirm();
    byte[] before = Files.readAllBytes(file);
    expect(record, 100, 1);
    byte[] whole = Files.readAllBytes(file);
    for (int end = before.length; end < whole.length - 60; end += 7) {
      Files.write(file, Arrays.copyOf(whole, end));
      assertKnown(0, 0);
      assertThat(open().arrived(at(100), object(1))).isEmpty();
    }
  }

  @Test
  void everyByteOfAnEntryCounts() {
    UploadEntry entry =
        new UploadEntry(
            Position.MAX_INDEX,
            Long.MAX_VALUE,
            Long.MAX_VALUE,
            new ObjectFingerprint(Long.MAX_VALUE, "f".repeat(64)),
            MARK,
            "a".repeat(64));
    byte[] line = entry.toLine();

    assertThat(line).hasSize(UploadEntry.LINE_BYTES);
    assertThat(UploadEntry.parse(line)).contains(entry);
    int facts = new String(line, StandardCharsets.US_ASCII).strip().length();
    for (int at = 0; at < facts; at++) {
      byte[] changed = line.clone();
      changed[at] ^= 1;
      assertThat(UploadEntry.parse(changed)).as("byte " + at).isEmpty();
    }
    assertThat(UploadEntry.parse(new byte[UploadEntry.LINE_BYTES])).isEmpty();
  }

  @Test
  void tellsForWhomAnObjectIs() throws IOException {
    UploadRecord record = open();
    expect(record, 0, 0);
    UploadEntry entry = record.arrived(at(0), object(0)).orElseThrow();

    assertThat(record.isForPresentRecipients(entry)).isTrue();
    UploadRecord others =
        UploadRecord.open(file, new AgeKeys(List.of(AgeTestKeys.OTHER_RECIPIENT), List.of()));
    assertThat(others.isForPresentRecipients(entry)).isFalse();
  }

  @Test
  void anObjectOfTheSameSizeIsNotTheSame() throws IOException {
    UploadRecord record = open();
    expect(record, 0, 0);

    assertThat(open().mayKnow(at(0), 1000)).isTrue();
    assertThat(open().arrived(at(0), new ObjectFingerprint(1000, "%064x".formatted(5)))).isEmpty();
    assertThat(open().mayKnow(at(100), 1000)).isFalse();
  }
}
