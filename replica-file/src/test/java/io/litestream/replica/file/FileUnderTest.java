package io.litestream.replica.file;

import io.litestream.spi.ReplicaStore;
import io.litestream.spi.RequestObserver;
import io.litestream.testkit.Capability;
import io.litestream.testkit.StoreUnderTest;
import io.litestream.testkit.Undeletable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** A directory as a store, in a directory that the test removes. */
final class FileUnderTest implements StoreUnderTest {

  private final Path root;
  private final Undeletable undeletable;

  /**
   * @param directory is removed after the test; the root is below it, and does not exist yet
   */
  FileUnderTest(Path directory) throws IOException {
    this.root = directory.resolve("replica/root");
    this.undeletable = Undeletable.probe(directory);
  }

  @Override
  public ReplicaStore open(RequestObserver observer) {
    return new FileStore(root, observer);
  }

  @Override
  public Set<Capability> capabilities() {
    var capabilities =
        EnumSet.of(
            Capability.FAILS_COMMITS, Capability.BECOMES_UNREACHABLE, Capability.SHOWS_LEFTOVERS);
    if (undeletable.works()) {
      capabilities.add(Capability.DENIES_DELETES);
    }
    return capabilities;
  }

  @Override
  public void makeUndeletable(String key) throws IOException {
    undeletable.protect(root.resolve(key));
  }

  /** No file can take the place of a directory that holds something, here a link to nowhere. */
  @Override
  public void makeUncommittable(String key) throws IOException {
    Path directory = Files.createDirectories(root.resolve(key));
    Files.createSymbolicLink(directory.resolve("link"), Path.of("nowhere"));
  }

  /** Puts a file where the root was. */
  @Override
  public void makeUnreachable() throws IOException {
    Files.move(root, root.resolveSibling("away"));
    Files.createFile(root);
  }

  @Override
  public Collection<String> leftovers() throws IOException {
    if (!Files.exists(root)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(root)) {
      return files.filter(file -> isTemporary(root.relativize(file))).map(Path::toString).toList();
    }
  }

  /** The directory of a store that is open, and its lock, are none of an object's. */
  private static boolean isTemporary(Path file) {
    return file.getNameCount() > 1
        && FileKeys.isTemporary(file.getName(0).toString())
        && !file.endsWith(WriterDirectory.LOCK);
  }

  @Override
  public void close() throws IOException {
    undeletable.close();
  }
}
