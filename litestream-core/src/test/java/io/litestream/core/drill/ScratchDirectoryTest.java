package io.litestream.core.drill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScratchDirectoryTest {

  @TempDir Path root;

  private ScratchDirectory scratch(String replica) {
    return ScratchDirectory.of(root, Path.of("/app.db"), replica);
  }

  private long entries() throws IOException {
    try (Stream<Path> entries = Files.list(root)) {
      return entries.count();
    }
  }

  @Test
  void isForItsOwnerOnlyAndGoneAfterwards() throws IOException {
    try (ScratchDirectory scratch = scratch("a")) {
      scratch.create(1);
      Files.writeString(scratch.file("restored.db"), "x");
      Path directory = scratch.file("restored.db").getParent();
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
          .isEqualTo("rwx------");
    }
    assertThat(entries()).isZero();
  }

  @Test
  void whatAKilledProcessHasLeftIsRemoved() throws IOException {
    ScratchDirectory killed = scratch("a");
    killed.create(1);
    Files.writeString(killed.file(".restored.db.1.tmp"), "x");

    scratch("b").remove();
    assertThat(entries()).isEqualTo(1);
    scratch("a").remove();
    assertThat(entries()).isZero();
  }

  @Test
  void beginsEmpty() throws IOException {
    ScratchDirectory killed = scratch("a");
    killed.create(1);
    Files.writeString(killed.file("digests"), "x");

    ScratchDirectory next = scratch("a");
    next.create(1);
    assertThat(next.file("digests")).doesNotExist();
  }

  @Test
  void withoutRoomNothingIsMade() throws IOException {
    assertThatThrownBy(() -> scratch("a").create(1L << 60))
        .hasMessageContaining("no room for a restore drill in " + root)
        .hasMessageContaining("'validation-scratch'");
    assertThat(entries()).isZero();
  }

  @Test
  void aDirectoryThatIsNotThereIsNotMade() {
    Path missing = root.resolve("not-mounted");
    ScratchDirectory scratch = ScratchDirectory.of(missing, Path.of("/app.db"), "a");

    assertThatThrownBy(() -> scratch.create(1)).hasMessageContaining("there is no directory");
    assertThat(missing).doesNotExist();
  }
}
