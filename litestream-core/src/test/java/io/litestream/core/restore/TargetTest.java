package io.litestream.core.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream.core.restore.RestoreException.Kind;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
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
  void whatAKilledProcessHasLeftIsRemovedByTheNextRestoreToThatPath() throws Exception {
    Path output = directory.resolve("app.db");
    Path killed;
    try (RestoringProcess process = RestoringProcess.start(output)) {
      killed = process.temporary();
      process.kill();
    }
    assertThat(killed).exists();

    Target.create(directory.resolve("app.db-2")).close();
    assertThat(killed).exists();
    Target.create(output).close();
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void whatALivingProcessRestoresIsLeftAlone() throws Exception {
    Path output = directory.resolve("app.db");
    try (RestoringProcess process = RestoringProcess.start(output)) {
      Target.create(output).close();
      assertThat(process.temporary()).exists();
    }
  }

  /** Neither opens the other's file, since the process would then lose the lock. */
  @Test
  void soIsWhatThisProcessRestores() throws Exception {
    Path output = directory.resolve("app.db");
    try (Target first = Target.create(output)) {
      Target.create(output).close();
      assertThat(first.temporary()).exists();
      try (RestoringProcess other = RestoringProcess.start(output)) {
        assertThat(other.temporary()).exists();
        assertThat(first.temporary()).exists();
      }
      first.publish();
    }
    assertThat(output).exists();
  }

  @Test
  void whatOnlyLooksLikeALeftoverStays() throws IOException {
    Path output = directory.resolve("app.db");
    Path inside = Files.createDirectory(directory.resolve(".app.db.0123456789abcdef.tmp"));
    Path other = Files.createFile(directory.resolve(".appXdb.0123456789abcdef.tmp"));
    Path link = Files.createSymbolicLink(directory.resolve(".app.db.0123456789abcde0.tmp"), other);

    Target.create(output).close();

    assertThat(inside).isDirectory();
    assertThat(link).isSymbolicLink();
    assertThat(other).exists();
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
      assertThat(target.failed(new NoSuchFileException("x"), 0))
          .hasMessageEndingWith("no file can be made in " + directory);
    }
  }
}
