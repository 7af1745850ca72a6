package io.litestream.core.shadow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream.core.position.Generation;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class MetaDirectoryTest {

  private static final int LOCKED = 3;

  @TempDir Path directory;

  private Path root;
  private Path database;

  @BeforeEach
  void makeDatabase() throws IOException {
    root = directory.resolve("meta");
    database = Files.createFile(directory.resolve("app.db"));
  }

  @Test
  void whatAKilledProcessHasLeftHalfWrittenIsRemovedAtTheStart() throws IOException {
    Generation current = Generation.of(1);
    Generation former = Generation.of(2);
    Files.createDirectories(root.resolve("generations/" + former.name() + "/wal"));
    Path wal = Files.createDirectories(root.resolve("generations/" + current.name() + "/wal"));
    Path shadow = Files.createFile(wal.resolve("00000000.wal"));
    Files.createFile(wal.resolve("00000001.wal.tmp"));
    Files.createFile(root.resolve("generation.tmp"));
    Files.createFile(root.resolve("owner.tmp"));
    Path generation = Files.writeString(root.resolve("generation"), current.name() + "\n");

    MetaDirectory.open(root, database).close();

    try (Stream<Path> all = Files.walk(root)) {
      assertThat(all.filter(Files::isRegularFile))
          .containsExactlyInAnyOrder(root.resolve("lock"), generation, shadow);
    }
    assertThat(root.resolve("generations/" + former.name())).doesNotExist();
  }

  /** A process that opens its own lock file again, and closes it, has lost the lock. */
  @Test
  void aSecondDatabaseWithTheSameDirectoryIsRefusedAndTheLockStays() throws Exception {
    Path other = Files.createFile(directory.resolve("other.db"));
    Path link = Files.createSymbolicLink(directory.resolve("link"), directory);
    try (MetaDirectory first = MetaDirectory.open(root, database)) {
      assertThat(first.generation()).isEmpty();
      for (Path same : new Path[] {root, link.resolve("meta")}) {
        assertThatThrownBy(() -> MetaDirectory.open(same, other))
            .isInstanceOf(IOException.class)
            .hasMessage(
                "the meta directory %s of %s is in use for another database; each needs a"
                    + " 'meta-path' of its own",
                same, other);
      }
      assertThat(lockElsewhere()).isEqualTo(LOCKED);
    }
    assertThat(lockElsewhere()).isZero();
    MetaDirectory.open(root, other).close();
  }

  /** Tries the lock in a process of its own. */
  private int lockElsewhere() throws Exception {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx32m",
            "-cp",
            System.getProperty("java.class.path"),
            OtherProcess.class.getName(),
            root.resolve("lock").toString())
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }

  /** What that process does. */
  static final class OtherProcess {

    private OtherProcess() {}

    public static void main(String[] args) throws IOException {
      try (FileChannel lock = FileChannel.open(Path.of(args[0]), StandardOpenOption.WRITE)) {
        System.exit(lock.tryLock() == null ? LOCKED : 0);
      }
    }
  }
}
