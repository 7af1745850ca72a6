package io.litestream.replica.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaException.Kind;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileErrorsTest {

  @ParameterizedTest
  @CsvSource({
    "Operation not permitted, EPERM, DENIED",
    "Read-only file system, EROFS, DENIED",
    "No space left on device, ENOSPC, UNAVAILABLE",
    "Disk quota exceeded, EDQUOT, UNAVAILABLE",
    "Not a directory, ENOTDIR, CONFIGURATION",
    "Is a directory, EISDIR, CONFIGURATION",
    "File name too long, ENAMETOOLONG, CONFIGURATION",
    "Invalid cross-device link, EXDEV, CONFIGURATION",
    "Input/output error, EIO, UNAVAILABLE",
  })
  void translatesTheOperatingSystemsWords(String reason, String code, Kind kind) {
    assertTranslated(new FileSystemException("/replica/a", null, reason), code, kind);
  }

  @Test
  void translatesTheTypesThatJavaHas() {
    assertTranslated(new AccessDeniedException("/replica/a"), "EACCES", Kind.DENIED);
    assertTranslated(new NotDirectoryException("/replica/a"), "ENOTDIR", Kind.CONFIGURATION);
  }

  @Test
  void usesTheOperatingSystemsWordsForThem() {
    assertThat(FileErrors.reason(new AccessDeniedException("/replica/a")))
        .isEqualTo("/replica/a: Permission denied");
    assertThat(FileErrors.reason(new NotDirectoryException("/replica/a")))
        .isEqualTo("/replica/a: Not a directory");
  }

  @Test
  void namesNoTemporaryFile() {
    String temporary = "/replica/root/" + FileKeys.temporaryName(1, 2);
    for (String file : new String[] {temporary, temporary + "/1f"}) {
      assertThat(FileErrors.reason(new AccessDeniedException(file)))
          .isEqualTo("/replica/root: Permission denied");
    }
    assertThat(
            FileErrors.reason(
                new AccessDeniedException(temporary + "/1f", "/replica/root/a/b", null)))
        .isEqualTo("/replica/root/a/b: Permission denied");
  }

  @Test
  void keepsWhatIsTranslatedAlready() {
    var known = new ReplicaException(Kind.THROTTLED, "list", "a", "code", "detail", null);
    assertThat(FileErrors.translate("open", "b", known)).isSameAs(known);
  }

  @Test
  void saysThatTheDiskIsFull() {
    Path full = Path.of("/dev/full");
    assumeTrue(Files.exists(full), "no device that is always full");
    IOException e =
        catchThrowableOfType(IOException.class, () -> Files.write(full, new byte[] {1}));
    ReplicaException translated = FileErrors.translate("write", "a", e);
    assertThat(translated.kind()).isEqualTo(Kind.UNAVAILABLE);
    assertThat(translated.code()).contains("ENOSPC");
    assertThat(translated).hasMessageStartingWith("write a: the disk is full");
  }

  private static void assertTranslated(IOException e, String code, Kind kind) {
    ReplicaException translated = FileErrors.translate("commit", "a", e);
    assertThat(translated.kind()).isEqualTo(kind);
    assertThat(translated.code()).contains(code);
    assertThat(translated.operation()).isEqualTo("commit");
    assertThat(translated).hasMessageContaining("/replica/a").hasCause(e);
  }
}
