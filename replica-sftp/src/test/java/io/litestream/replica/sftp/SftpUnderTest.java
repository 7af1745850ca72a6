package io.litestream.replica.sftp;

import io.litestream.spi.ReplicaSettings;
import io.litestream.spi.ReplicaStore;
import io.litestream.spi.RequestObserver;
import io.litestream.testkit.Capability;
import io.litestream.testkit.StoreHold;
import io.litestream.testkit.StoreUnderTest;
import io.litestream.testkit.TcpFaultProxy;
import io.litestream.testkit.Undeletable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A directory of a server as a store, with a proxy between them. */
final class SftpUnderTest implements StoreUnderTest {

  static final Patience PATIENCE =
      new Patience(Duration.ofSeconds(20), Duration.ofSeconds(20), Duration.ofSeconds(5));

  private final TestServer server;
  private final Path directory;
  private final Path root;
  private final Undeletable undeletable;
  private final TcpFaultProxy proxy;
  private final Patience patience;

  /**
   * @param directory is removed after the test; the root is below it, and does not exist yet
   */
  SftpUnderTest(TestServer server, Path directory) throws IOException {
    this(server, directory, PATIENCE);
  }

  SftpUnderTest(TestServer server, Path directory, Patience patience) throws IOException {
    this.server = server;
    this.directory = server.directory(directory);
    this.root = this.directory.resolve("replica/root");
    this.undeletable = Undeletable.probe(this.directory);
    this.patience = patience;
    this.proxy = TcpFaultProxy.before(new InetSocketAddress(server.host(), server.port()));
  }

  TcpFaultProxy tcp() {
    return proxy;
  }

  Map<String, String> settings() {
    Map<String, String> settings = new TreeMap<>(server.login());
    settings.put("host", "127.0.0.1:" + proxy.port());
    settings.put("host-key", server.hostKey());
    settings.put("path", root.toString());
    return settings;
  }

  @Override
  public ReplicaStore open(RequestObserver observer) throws IOException {
    return new SftpStore(
        SftpSettings.read(new ReplicaSettings("sftp", settings())), patience, observer);
  }

  @Override
  public Set<Capability> capabilities() {
    var capabilities =
        EnumSet.of(
            Capability.FAILS_COMMITS,
            Capability.BECOMES_UNREACHABLE,
            Capability.FALLS_SILENT,
            Capability.SHOWS_LEFTOVERS,
            Capability.HAS_SECRETS);
    if (undeletable.works()) {
      capabilities.add(Capability.DENIES_DELETES);
    }
    return capabilities;
  }

  @Override
  public int partSize() {
    return 32 << 10;
  }

  @Override
  public void makeUndeletable(String key) throws IOException {
    undeletable.protect(root.resolve(key));
  }

  /** No file can take the place of a directory that holds something, here a link to nowhere. */
  @Override
  public void makeUncommittable(String key) throws IOException {
    Path directory = Files.createDirectories(root.resolve(key));
    Files.createSymbolicLink(directory.resolve("link"), root.getFileSystem().getPath("nowhere"));
  }

  @Override
  public void makeUnreachable() throws IOException {
    proxy.close();
  }

  @Override
  public StoreHold fallSilent() {
    return proxy.hang();
  }

  @Override
  public Collection<String> leftovers() throws IOException {
    if (!Files.exists(root)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .filter(file -> SftpKeys.isTemporary(String.valueOf(file.getFileName())))
          .map(Path::toString)
          .toList();
    }
  }

  @Override
  public Collection<String> secrets() {
    return server.secrets();
  }

  @Override
  public void close() throws IOException {
    proxy.close();
    undeletable.close();
    if (server instanceof NamedServer) {
      removeFiles();
    }
  }

  private void removeFiles() throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
