package io.litestream.benchmarks.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream.core.codec.Lz4OutputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApplicationTest {

  @TempDir Path directory;

  @Test
  void lastCommitIsFoundInWhatSqliteWrote() throws Exception {
    Path database = directory.resolve("app.db");
    Path segment = directory.resolve("00000000_00000000.wal.lz4");
    try (Application application = Application.open(database)) {
      application.commitOne();
      application.commitRows(20);
      application.update(10, new Random(1));
      assertThat(application.commits()).isEqualTo(3);
      compress(directory.resolve("app.db-wal"), segment);
    }
    assertThat(Marks.last(segment)).isEqualTo(3);
  }

  @Test
  void markIsFoundAcrossTheBorderOfWhatIsReadAtOnce() throws Exception {
    Path object = directory.resolve("00000000_00000000.wal.lz4");
    for (int before : new int[] {(1 << 20) - 19, (1 << 20) - 10, (1 << 20) - 1, 1 << 20}) {
      Path plain = directory.resolve("plain");
      Files.writeString(plain, "-".repeat(before) + Marks.of(7) + "-".repeat(100));
      compress(plain, object);
      assertThat(Marks.last(object)).as("with %d bytes before it", before).isEqualTo(7);
    }
  }

  @Test
  void madeDatabaseIsAboutAsLargeAsWanted() throws Exception {
    Path database = directory.resolve("made.db");
    Application.make(database, 3);
    assertThat(Files.size(database)).isBetween(2_900_000L, 4_500_000L);
  }

  private static void compress(Path from, Path to) throws Exception {
    try (OutputStream file = Files.newOutputStream(to);
        Lz4OutputStream out = new Lz4OutputStream(file)) {
      out.write(Files.readAllBytes(from));
      out.finish();
    }
  }
}
