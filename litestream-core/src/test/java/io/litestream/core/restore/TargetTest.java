package io.litestream.core.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream.core.restore.RestoreException.Kind;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TargetTest {

  @TempDir Path directory;

  @Test
  void showsNothingAtTheOutputUntilItIsPublished() throws IOException {
    Path output = directory.resolve("app.db");
    try (Target target = Target.create(output)) {
      assertThat(output).doesNotExist();
      assertThat(target.temporary()).exists();
      assertThat(target.temporary().getFileName().toString()).matches("\\.app\\.db\\..{16}\\.tmp");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(target.temporary())))
          .isEqualTo("rw-------");
      target.publish();
    }
    try (var files = Files.list(directory)) {
      assertThat(files).containsExactly(output);
    }
  }

  @Test
  void saysWhatHindersWriting() throws IOException {
    try (Target target = Target.create(directory.resolve("app.db"))) {
      RestoreException full =
          target.failed(new IOException("No space left on device"), 1_234_567_890);
      RestoreException denied = target.failed(new AccessDeniedException("x"), 0);

      assertThat(full.kind()).isEqualTo(Kind.TARGET);
      assertThat(full)
          .hasMessageEndingWith("no space left; the database needs at least 1,234,567,890 bytes");
      assertThat(denied).hasMessageContaining("no permission to write in " + directory);
    }
  }
}
