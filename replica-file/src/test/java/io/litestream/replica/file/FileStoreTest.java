package io.litestream.replica.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.litestream.spi.DeleteReport;
import io.litestream.spi.DeleteReport.Failure;
import io.litestream.spi.ListPage;
import io.litestream.spi.ListRequest;
import io.litestream.spi.NoSuchObjectException;
import io.litestream.spi.ObjectInfo;
import io.litestream.spi.ObjectWriter;
import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaException.Kind;
import io.litestream.spi.RequestObserver;
import io.litestream.testkit.Undeletable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a store in a directory does beyond the contract. */
class FileStoreTest {

  @TempDir Path directory;

  private Path root;
  private FileStore store;

  @BeforeEach
  void openStore() {
    root = directory.resolve("root");
    store = new FileStore(root, RequestObserver.NONE);
  }

  @Test
  void keyIsThePathOfItsFile() throws IOException {
    write(store, "generations/0123/wal/1.wal.lz4");
    assertThat(root.resolve("generations/0123/wal/1.wal.lz4")).hasContent("content");
  }

  @Test
  void openingAStoreTouchesNothing() {
    store.close();
    assertThat(root).doesNotExist();
  }

  @Test
  void anObjectIsAsOldAsItsName() throws IOException {
    try (ObjectWriter large = store.create("large")) {
      large.write(1);
      write(store, "small");
      large.commit();
    }
    List<ObjectInfo> objects = store.list(ListRequest.below("")).objects();
    assertThat(objects).extracting(ObjectInfo::key).containsExactly("large", "small");
    assertThat(objects.get(0).lastModified()).isAfterOrEqualTo(objects.get(1).lastModified());
  }

  @Test
  void directoriesAndFilesBelongToTheirOwnerAlone() throws IOException {
    assumeTrue(Directories.ownerOnly(root, "rw-------").length > 0, "no POSIX permissions here");
    write(store, "a/b");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(root.resolve("a"))))
        .isEqualTo("rwx------");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(root.resolve("a/b"))))
        .isEqualTo("rw-------");
  }

  @Test
  void permissionsOfExistingDirectoriesAreLeftAlone() throws IOException {
    assumeTrue(Directories.ownerOnly(root, "rw-------").length > 0, "no POSIX permissions here");
    Files.createDirectories(root);
    Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-x---"));
    write(store, "a");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(root)))
        .isEqualTo("rwxr-x---");
  }

  @Test
  void temporaryFilesAreHiddenAndCannotBeNamed() throws IOException {
    try (ObjectWriter writer = store.create("a/b")) {
      writer.write(1);
      Path temporaries = onlyEntry(root);
      String name = String.valueOf(temporaries.getFileName());
      assertThat(name).matches("\\.litestream-[0-9a-f]{16}\\.tmp");
      assertThat(store.list(ListRequest.below(""))).isEqualTo(ListPage.EMPTY);
      assertThat(store.list(ListRequest.below(".litestream"))).isEqualTo(ListPage.EMPTY);
      assertThat(store.list(ListRequest.below(name + "/"))).isEqualTo(ListPage.EMPTY);
      assertThat(store.list(ListRequest.childrenOf(""))).isEqualTo(ListPage.EMPTY);
      assertThatThrownBy(() -> store.open(name + "/1"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(name);
      assertThatThrownBy(() -> store.delete(List.of(name + "/1")))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void nothingIsMadeInAnObjectsPlaceBeforeItsCommit() throws IOException {
    try (ObjectWriter writer = store.create("a/b")) {
      writer.write(1);
      assertThat(root.resolve("a")).doesNotExist();
      writer.commit();
      assertThat(onlyEntry(root.resolve("a"))).hasFileName("b");
    }
  }

  @Test
  void similarNamesAreKeys() throws IOException {
    List<String> keys =
        List.of(".litestream-.tmp", ".litestream-x.tmp", ".tmp", "a.tmp", "litestream-1.tmp");
    for (String key : keys) {
      write(store, key);
    }
    assertThat(keys(store.list(ListRequest.below("")))).containsExactlyElementsOf(keys);
  }

  @Test
  void linksBelowTheRootAreNotFollowed() throws IOException {
    Path outside = Files.createDirectories(directory.resolve("outside"));
    Files.writeString(outside.resolve("file"), "untouched");
    Files.createDirectories(root);
    Files.createSymbolicLink(root.resolve("link"), outside);
    Files.createSymbolicLink(root.resolve("file"), outside.resolve("file"));
    for (String key : List.of("link/file", "link/new", "file")) {
      assertDenied(() -> write(store, key));
      assertDenied(() -> store.open(key));
      assertThat(store.delete(List.of(key)).failed())
          .extracting(Failure::code)
          .containsExactly("ELOOP");
    }
    assertThat(store.list(ListRequest.below(""))).isEqualTo(ListPage.EMPTY);
    assertThat(store.list(ListRequest.childrenOf(""))).isEqualTo(ListPage.EMPTY);
    assertThat(store.list(ListRequest.below("link/"))).isEqualTo(ListPage.EMPTY);
    assertThat(outside.resolve("new")).doesNotExist();
    assertThat(outside.resolve("file")).hasContent("untouched");
  }

  @Test
  void rootMayBeALink() throws IOException {
    Path real = Files.createDirectories(directory.resolve("real"));
    Files.createSymbolicLink(root, real);
    write(store, "a/b");
    assertThat(real.resolve("a/b")).exists();
    assertThat(keys(store.list(ListRequest.below("")))).containsExactly("a/b");
    store.delete(List.of("a/b"));
    assertThat(real.resolve("a")).doesNotExist();
    assertThat(root).exists();
  }

  @Test
  void emptyDirectoriesAreRemovedAndTheRootStays() throws IOException {
    write(store, "a/b/c/1");
    write(store, "a/2");
    store.delete(List.of("a/b/c/1"));
    assertThat(root.resolve("a/b")).doesNotExist();
    assertThat(root.resolve("a/2")).exists();
    store.delete(List.of("a/2"));
    store.close();
    assertThat(root).isEmptyDirectory();
  }

  @Test
  void emptyDirectoryGivesWayToAnObject() throws IOException {
    Files.createDirectories(root.resolve("a"));
    write(store, "a");
    assertThat(root.resolve("a")).isRegularFile();
  }

  @Test
  void directoryWithObjectsDoesNotGiveWay() throws IOException {
    write(store, "a/b");
    assertThatThrownBy(() -> write(store, "a"))
        .isInstanceOfSatisfying(
            ReplicaException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CONFIGURATION))
        .hasMessageContaining("commit a: a directory is where the object should be");
    assertThat(keys(store.list(ListRequest.below("")))).containsExactly("a/b");
  }

  @Test
  void whatIsDeletedOrFailsBelowAnObjectLeavesTheObject() throws IOException {
    write(store, "a");
    assertThat(store.delete(List.of("a/b")).deleted()).containsExactly("a/b");
    assertThat(keys(store.list(ListRequest.below("")))).containsExactly("a");
    assertConfiguration(() -> write(store, "a/b"));
    assertThat(keys(store.list(ListRequest.below("")))).containsExactly("a");
  }

  @Test
  void fileInTheRootsPlaceIsAWrongConfiguration() throws IOException {
    Files.createFile(root);
    assertConfiguration(() -> store.list(ListRequest.below("")));
    assertConfiguration(() -> store.list(ListRequest.below("a/")));
    assertConfiguration(() -> store.open("a"));
    assertConfiguration(() -> write(store, "a"));
    DeleteReport report = store.delete(List.of("a", "b/c"));
    assertThat(report.failed()).extracting(Failure::key).containsExactly("a", "b/c");
  }

  @Test
  void pipeIsNoObject() throws Exception {
    Files.createDirectories(root);
    Process made = new ProcessBuilder("mkfifo", root.resolve("pipe").toString()).start();
    assumeTrue(made.waitFor() == 0, "no pipes here");
    assertThatThrownBy(() -> store.open("pipe")).isInstanceOf(NoSuchObjectException.class);
    assertThat(store.list(ListRequest.below(""))).isEqualTo(ListPage.EMPTY);
  }

  @Test
  void nameThatIsTooLongIsAWrongConfiguration() {
    assertConfiguration(() -> write(store, "a/" + "n".repeat(300)));
    assertThat(root.resolve("a")).doesNotExist();
  }

  @Test
  void deniedDeleteTellsTheFileSystemsCode() throws IOException {
    try (var undeletable = Undeletable.probe(directory)) {
      assumeTrue(undeletable.works(), "nothing stops a delete here");
      write(store, "a/b");
      undeletable.protect(root.resolve("a/b"));
      assertThat(store.delete(List.of("a/b")).failed())
          .singleElement()
          .satisfies(
              failure -> {
                assertThat(failure.code()).isIn("EACCES", "EPERM");
                assertThat(failure.message()).contains("a/b");
              });
    }
  }

  @Test
  void listingReadsNoDirectoryBeforeStartAfterNorBeyondThePage() throws IOException {
    for (int i = 0; i < 20; i++) {
      write(store, "g/" + (char) ('a' + i) + "/1");
    }
    assertDirectoriesRead(ListRequest.below("g/").after("g/r/1").atMost(1), 4, "g/s/1");
    assertDirectoriesRead(ListRequest.below("g/c/"), 1, "g/c/1");
    assertDirectoriesRead(ListRequest.below("g/").atMost(2), 4, "g/a/1", "g/b/1");
    assertDirectoriesRead(ListRequest.below("h"), 1);
  }

  private void assertDirectoriesRead(ListRequest request, int most, String... keys)
      throws IOException {
    var listing = new FileListing(root, request);
    assertThat(keys(listing.page())).containsExactly(keys);
    assertThat(listing.directoriesRead())
        .as("directories read for %s", request)
        .isLessThanOrEqualTo(most);
  }

  @Test
  void twoStoresMakeAndRemoveTheSameDirectories() throws Exception {
    var other = new FileStore(root, RequestObserver.NONE);
    ExecutorService executor = Executors.newFixedThreadPool(2);
    try {
      List<Future<Boolean>> ended =
          Stream.of(store, other)
              .map(
                  each ->
                      executor.submit(
                          () -> {
                            String key = "p/q/" + (each == store ? "a" : "b");
                            for (int i = 0; i < 300; i++) {
                              write(each, key);
                              read(each, key);
                              assertThat(each.delete(List.of(key)).deleted()).containsExactly(key);
                            }
                            return true;
                          }))
              .toList();
      for (Future<Boolean> each : ended) {
        assertThat(each.get(60, TimeUnit.SECONDS)).isTrue();
      }
    } finally {
      executor.shutdownNow();
    }
    assertThat(keys(store.list(ListRequest.below("")))).isEmpty();
  }

  private interface Step {
    void run() throws IOException;
  }

  private static void assertDenied(Step step) {
    assertThatThrownBy(step::run)
        .isInstanceOfSatisfying(
            ReplicaException.class, e -> assertThat(e.kind()).isEqualTo(Kind.DENIED));
  }

  private static void assertConfiguration(Step step) {
    assertThatThrownBy(step::run)
        .isInstanceOfSatisfying(
            ReplicaException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CONFIGURATION));
  }

  private static void write(FileStore store, String key) throws IOException {
    try (ObjectWriter writer = store.create(key)) {
      writer.write(new byte[] {'c', 'o', 'n', 't', 'e', 'n', 't'});
      writer.commit();
    }
  }

  private static void read(FileStore store, String key) throws IOException {
    try (InputStream in = store.open(key)) {
      assertThat(in.readAllBytes()).hasSize(7);
    }
  }

  private static List<String> keys(ListPage page) {
    return page.objects().stream().map(ObjectInfo::key).toList();
  }

  private static Path onlyEntry(Path dir) throws IOException {
    try (Stream<Path> entries = Files.list(dir)) {
      List<Path> all = entries.toList();
      assertThat(all).hasSize(1);
      return all.get(0);
    }
  }
}
