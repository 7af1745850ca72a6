package io.litestream.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DirectoryWatchTest {

  @TempDir Path directory;

  private DirectoryWatch watch;
  private Path file;
  private final AtomicInteger woken = new AtomicInteger();

  @BeforeEach
  void start() {
    watch = DirectoryWatch.start();
    file = directory.resolve("app.db-wal");
  }

  @AfterEach
  void close() throws IOException {
    watch.close();
  }

  private static void write(Path path) throws IOException {
    Files.writeString(path, "x", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  /** Events come in order: when that of the last file has arrived, all earlier ones have. */
  private void letEventsArrive() throws Exception {
    CountDownLatch last = new CountDownLatch(1);
    Path sentinel = directory.resolve("last");
    Files.deleteIfExists(sentinel);
    watch.arm(sentinel, last::countDown);
    write(sentinel);
    assertThat(last.await(20, TimeUnit.SECONDS)).as("the last file's event").isTrue();
  }

  @Test
  void wakesWhenTheFileIsMade() throws Exception {
    watch.arm(file, woken::incrementAndGet);
    write(file);
    letEventsArrive();

    assertThat(woken).hasValue(1);
  }

  @Test
  void wakesWhenTheFileIsWrittenTo() throws Exception {
    write(file);
    watch.arm(file, woken::incrementAndGet);
    write(file);
    letEventsArrive();

    assertThat(woken).hasValue(1);
  }

  @Test
  void wakesOnceEachTimeThatItIsArmed() throws Exception {
    for (int round = 1; round <= 3; round++) {
      watch.arm(file, woken::incrementAndGet);
      for (int i = 0; i < 10; i++) {
        write(file);
      }
      letEventsArrive();

      assertThat(woken).hasValue(round);
    }
  }

  @Test
  void doesNotWakeForOtherFiles() throws Exception {
    watch.arm(file, woken::incrementAndGet);
    write(directory.resolve("app.db"));
    letEventsArrive();

    assertThat(woken).hasValue(0);
  }

  @Test
  void wakesEachFilesOwnWaiter() throws Exception {
    Path other = directory.resolve("other.db-wal");
    AtomicInteger otherWoken = new AtomicInteger();
    watch.arm(file, woken::incrementAndGet);
    watch.arm(other, otherWoken::incrementAndGet);
    write(other);
    letEventsArrive();

    assertThat(woken).hasValue(0);
    assertThat(otherWoken).hasValue(1);
  }

  @Test
  void doesNotWakeWhoWasDisarmed() throws Exception {
    watch.arm(file, woken::incrementAndGet);
    watch.disarm(file);
    write(file);
    letEventsArrive();

    assertThat(woken).hasValue(0);
  }

  @Test
  void wakesWhenTheDirectoryGoesAway() throws Exception {
    Path inner = Files.createDirectory(directory.resolve("inner"));
    CountDownLatch gone = new CountDownLatch(1);
    watch.arm(inner.resolve("app.db-wal"), gone::countDown);
    Files.delete(inner);

    assertThat(gone.await(20, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void watchesADirectoryThatWasMadeAgain() throws Exception {
    Path inner = directory.resolve("inner");
    for (int i = 0; i < 2; i++) {
      Files.createDirectory(inner);
      CountDownLatch written = new CountDownLatch(1);
      watch.arm(inner.resolve("app.db-wal"), written::countDown);
      write(inner.resolve("app.db-wal"));
      assertThat(written.await(20, TimeUnit.SECONDS)).isTrue();
      Files.delete(inner.resolve("app.db-wal"));
      Files.delete(inner);
    }
  }

  @Test
  void aDirectoryThatIsMissingAndAClosedWatchWakeNobody() throws Exception {
    watch.arm(directory.resolve("missing").resolve("app.db-wal"), woken::incrementAndGet);
    watch.close();
    watch.arm(file, woken::incrementAndGet);
    watch.disarm(file);
    write(file);

    assertThat(woken).hasValue(0);
  }
}
