package io.litestream.core.shadow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShadowReaderTest {

  @TempDir Path directory;

  private Path file(int bytes) throws IOException {
    byte[] content = new byte[bytes];
    for (int i = 0; i < bytes; i++) {
      content[i] = (byte) i;
    }
    return Files.write(directory.resolve("00000000.wal"), content);
  }

  @Test
  void readsWhatIsAskedForAndNoMore() throws Exception {
    try (ShadowReader reader = ShadowReader.open(file(100))) {
      byte[] bytes = new byte[4];
      reader.read(bytes, 3, 97);
      assertThat(bytes).containsExactly(97, 98, 99, 0);
      reader.requireSize(100);
    }
  }

  @Test
  void aFileThatEndsTooEarlyIsNamed() throws Exception {
    try (ShadowReader reader = ShadowReader.open(file(100))) {
      assertThatThrownBy(() -> reader.read(new byte[4], 4, 97))
          .isInstanceOf(EOFException.class)
          .hasMessageContaining("00000000.wal is shorter than it was");
      assertThatThrownBy(() -> reader.requireSize(101))
          .isInstanceOf(EOFException.class)
          .hasMessageContaining("00000000.wal is shorter than it was");
    }
  }

  @Test
  void aFileWithoutAWalHeaderIsNamed() throws Exception {
    try (ShadowReader reader = ShadowReader.open(file(100))) {
      assertThatThrownBy(reader::header)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("00000000.wal is damaged")
          .hasMessageContaining("WAL header");
    }
  }
}
