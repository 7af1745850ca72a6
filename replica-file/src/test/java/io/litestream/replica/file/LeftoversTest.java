package io.litestream.replica.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream.replica.file.WriterDirectory.Locking;
import io.litestream.spi.ListPage;
import io.litestream.spi.ListRequest;
import io.litestream.spi.ObjectWriter;
import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaException.Kind;
import io.litestream.spi.ReplicaSettings;
import io.litestream.spi.ReplicaStore;
import io.litestream.spi.ReplicaStoreProvider;
import io.litestream.spi.RequestObserver;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a writer leaves behind when it dies, who removes it, and who must not. */
@Timeout(120)
class LeftoversTest {

  private static final long SEED = 20261125;
  private static final int KILLS = 8;

  private static final Locking NO_LOCKS =
      channel -> {
        throw new IOException("No locks available");
      };

  @TempDir Path root;

  private FileStore store() {
    return new FileStore(root, RequestObserver.NONE);
  }

  private static void write(ReplicaStore store, String key) throws IOException {
    try (ObjectWriter writer = store.create(key)) {
      writer.write(1);
      writer.commit();
    }
  }

  /** A store begins, writes an object, and ends. */
  private void writeAndClose(String key) throws IOException {
    try (FileStore store = store()) {
      write(store, key);
    }
  }

  /** All files and empty directories below the root. */
  private List<String> left() throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      List<String> left = new ArrayList<>();
      for (Path each : all.sorted().toList()) {
        if (!Files.isDirectory(each) || isEmpty(each)) {
          left.add(root.relativize(each).toString());
        }
      }
      return left;
    }
  }

  private static boolean isEmpty(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.findAny().isEmpty();
    }
  }

  /** The directories of writers. */
  private List<Path> writers() throws IOException {
    try (Stream<Path> entries = Files.list(root)) {
      return entries.filter(e -> FileKeys.isTemporary(String.valueOf(e.getFileName()))).toList();
    }
  }

  @Test
  void whatAKilledProcessHasLeftIsGoneAtTheNextStart() throws Exception {
    try (WriterProcess killed = WriterProcess.begin(root, "a/1")) {
      killed.killAfter(0);
    }
    assertThat(left()).as("a temporary file and a lock").hasSize(2);

    writeAndClose("b/2");
    assertThat(left()).containsExactly("b/2");
  }

  @Test
  void whateverWasGoingOnWhenItWasKilledNothingIsLeft() throws Exception {
    var random = new Random(SEED);
    for (int kill = 0; kill < KILLS; kill++) {
      try (WriterProcess killed = WriterProcess.writeOnAndOn(root, "a/")) {
        killed.killAfter(random.nextInt(150));
      }
    }
    writeAndClose("b/2");
    assertThat(left())
        .as("after %s kills, seed %s", KILLS, SEED)
        .hasSizeGreaterThan(1)
        .allMatch(file -> file.matches("a/[0-9]|b/2"));
  }

  @Test
  void leftoversGoBeforeAnythingIsWritten() throws Exception {
    try (WriterProcess killed = WriterProcess.begin(root, "a/1")) {
      killed.killAfter(0);
    }
    Path dead = writers().get(0);
    List<Boolean> there = new ArrayList<>();
    Locking noting =
        channel -> {
          there.add(Files.exists(dead));
          return channel.tryLock();
        };
    try (var store = new FileStore(root, RequestObserver.NONE, noting)) {
      write(store, "b/2");
    }
    assertThat(there)
        .as("when the dead one's lock is tried, and the own")
        .containsExactly(true, false);
  }

  @Test
  void whatALivingProcessIsWritingIsLeftAlone() throws Exception {
    try (WriterProcess living = WriterProcess.begin(root, "a/1")) {
      writeAndClose("b/2");
      living.commit();
    }
    assertThat(left()).containsExactly("a/1", "b/2");
  }

  /** A process that opens its own lock file and closes it has lost the lock. */
  @Test
  void storesOfOneProcessKeepTheirLocksWhenOthersComeAndGo() throws Exception {
    try (FileStore store = store();
        ObjectWriter writer = store.create("a/1")) {
      writer.write(1);
      writeAndClose("b/2");
      try (WriterProcess other = WriterProcess.begin(root, "c/3")) {
        other.commit();
      }
      writer.commit();
    }
    assertThat(left()).containsExactly("a/1", "b/2", "c/3");
  }

  @Test
  void soDoThoseOfOtherClassLoaders() throws Exception {
    try (FileStore store = store();
        ObjectWriter writer = store.create("a/1");
        var loader = new OwnClasses()) {
      writer.write(1);
      try (ReplicaStore other =
          loader
              .provider()
              .open(
                  new ReplicaSettings("file", Map.of("path", root.toString())),
                  RequestObserver.NONE)) {
        assertThat(other).isNotInstanceOf(FileStore.class);
        write(other, "b/2");
      }
      try (WriterProcess other = WriterProcess.begin(root, "c/3")) {
        other.commit();
      }
      writer.commit();
    }
    assertThat(left()).containsExactly("a/1", "b/2", "c/3");
  }

  /** Loads this adapter a second time, as another application in the same process would. */
  private static final class OwnClasses extends URLClassLoader {

    private static final String PACKAGE = FileStore.class.getPackageName() + ".";

    OwnClasses() {
      super(new URL[] {FileStore.class.getProtectionDomain().getCodeSource().getLocation()});
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      synchronized (getClassLoadingLock(name)) {
        Class<?> loaded = findLoadedClass(name);
        if (loaded != null) {
          return loaded;
        }
        return name.startsWith(PACKAGE) ? findClass(name) : super.loadClass(name, resolve);
      }
    }

    ReplicaStoreProvider provider() throws ReflectiveOperationException {
      return (ReplicaStoreProvider)
          loadClass(FileStoreProvider.class.getName()).getDeclaredConstructor().newInstance();
    }
  }

  @Test
  void aClosedStoreLeavesNothing() throws IOException {
    writeAndClose("a/1");
    assertThat(left()).containsExactly("a/1");
  }

  @Test
  void aWriterThatOutlivesItsStoreLeavesNothing() throws IOException {
    FileStore store = store();
    try (ObjectWriter writer = store.create("a/1")) {
      writer.write(1);
      store.close();
      assertThatThrownBy(writer::commit).hasMessageContaining("the store has been closed");
    }
    assertThat(root).isEmptyDirectory();
  }

  @Test
  void withoutLocksALivingProcessIsLeftAlone() throws Exception {
    try (var store = new FileStore(root, RequestObserver.NONE, NO_LOCKS);
        ObjectWriter writer = store.create("a/1")) {
      writer.write(1);
      assertThat(writers()).hasSize(1);
      assertThat(writers().get(0).resolve(WriterDirectory.LOCK)).doesNotExist();
      try (WriterProcess other = WriterProcess.begin(root, "b/2")) {
        other.commit();
      }
      writer.commit();
    }
    assertThat(left()).containsExactly("a/1", "b/2");
  }

  @Test
  void whereLocksCannotBeTriedALivingProcessIsLeftAlone() throws Exception {
    try (WriterProcess living = WriterProcess.begin(root, "a/1")) {
      try (var store = new FileStore(root, RequestObserver.NONE, NO_LOCKS)) {
        write(store, "b/2");
      }
      living.commit();
    }
    assertThat(left()).containsExactly("a/1", "b/2");
  }

  @Test
  void whatHasNoLockIsRemovedWhenNothingHasHappenedInItForADay() throws IOException {
    Path old = writerDirectory(1);
    Path young = writerDirectory(2);
    Path busy = writerDirectory(3);
    Path empty = writerDirectory(4);
    Instant before = Files.getLastModifiedTime(young).toInstant().minus(Duration.ofHours(25));
    for (Path each : List.of(old, young, busy)) {
      Files.createFile(each.resolve("1"));
    }
    age(old.resolve("1"), before);
    age(old, before);
    age(young, before.plus(Duration.ofHours(2)));
    age(young.resolve("1"), before.plus(Duration.ofHours(2)));
    age(busy, before);

    writeAndClose("b/2");

    assertThat(old).doesNotExist();
    assertThat(young.resolve("1")).exists();
    assertThat(busy.resolve("1")).exists();
    assertThat(empty).as("there is nothing in it that a process could miss").doesNotExist();
  }

  private Path writerDirectory(int random) throws IOException {
    return Files.createDirectory(
        root.resolve(FileKeys.temporaryName(WriterDirectory.PROCESS + 1, random)));
  }

  private static void age(Path file, Instant time) throws IOException {
    Files.setLastModifiedTime(file, FileTime.from(time));
  }

  @Test
  void whatOnlyLooksLikeALeftoverStays(@TempDir Path elsewhere) throws IOException {
    String name = FileKeys.temporaryName(WriterDirectory.PROCESS + 1, 1);
    Path file = Files.createFile(root.resolve(name));
    Path nested = Files.createDirectories(root.resolve("a").resolve(name));
    Files.createFile(elsewhere.resolve(WriterDirectory.LOCK));
    Path link =
        Files.createSymbolicLink(
            root.resolve(FileKeys.temporaryName(WriterDirectory.PROCESS + 1, 2)), elsewhere);

    writeAndClose("b/2");

    assertThat(file).exists();
    assertThat(nested).exists();
    assertThat(link).isSymbolicLink();
    assertThat(elsewhere.resolve(WriterDirectory.LOCK)).exists();
  }

  /** By hand, or by a machine that does not see the locks of this one. */
  @Test
  void aStoreWhoseDirectoryIsTakenAwayMakesAnother() throws IOException {
    try (FileStore store = store()) {
      try (ObjectWriter writer = store.create("a/1")) {
        writer.write(1);
        WriterDirectory.removeFiles(writers().get(0));
        assertThat(WriterDirectory.removeIfEmpty(writers().get(0))).isTrue();
        assertThatThrownBy(writer::commit)
            .isInstanceOfSatisfying(
                ReplicaException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNAVAILABLE));
      }
      assertThat(store.list(ListRequest.below(""))).isEqualTo(ListPage.EMPTY);
      write(store, "a/1");
      assertThat(writers()).hasSize(1);
    }
    assertThat(left()).containsExactly("a/1");
  }

  @Test
  void directoryAndFilesAreForTheirOwnerAlone() throws IOException {
    try (FileStore store = store();
        ObjectWriter writer = store.create("a/1")) {
      writer.write(1);
      Path directory = writers().get(0);
      assertThat(permissions(directory)).isEqualTo("rwx------");
      try (Stream<Path> files = Files.list(directory)) {
        assertThat(files).hasSize(2).allMatch(file -> permissions(file).equals("rw-------"));
      }
    }
  }

  private static String permissions(Path file) {
    try {
      return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    } catch (IOException e) {
      return e.toString();
    }
  }

  @Test
  void readingNeedsNoPermissionToWrite() throws IOException {
    writeAndClose("a/1");
    Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("r-xr-xr-x"));
    try (FileStore store = store()) {
      assertThat(store.list(ListRequest.below("")).objects()).hasSize(1);
      store.open("a/1").close();
      assertThat(writers()).isEmpty();
    } finally {
      Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwx------"));
    }
  }
}
