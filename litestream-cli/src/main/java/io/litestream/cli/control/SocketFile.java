package io.litestream.cli.control;

import static java.util.Objects.requireNonNull;

import io.litestream.cli.config.ControlSettings;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;

/** A listening socket in its place, see {@link io.litestream.cli.control}. */
final class SocketFile implements AutoCloseable {

  private final ServerSocketChannel channel;
  private final Path path;

  /** Tells this file from another one that takes its name later. */
  private final Object key;

  private SocketFile(ServerSocketChannel channel, Path path, Object key) {
    this.channel = channel;
    this.path = path;
    this.key = key;
  }

  /**
   * Listens.
   *
   * @throws IOException if another process does so there, something else has that name, or the
   *     directory cannot be written; the message says which
   */
  static SocketFile bind(ControlSettings settings) throws IOException {
    Path path = settings.path();
    requireFree(path);
    Path hidden = hiddenDirectory(requireNonNull(path.getParent(), "a socket's path is absolute"));
    Path bound = hidden.resolve("s");
    ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      channel.bind(UnixDomainSocketAddress.of(bound));
      Files.setPosixFilePermissions(bound, settings.permissions());
      Object key = Files.readAttributes(bound, BasicFileAttributes.class).fileKey();
      Files.move(bound, path, StandardCopyOption.ATOMIC_MOVE);
      return new SocketFile(channel, path, key);
    } catch (IOException | RuntimeException e) {
      channel.close();
      Files.deleteIfExists(bound);
      if (e instanceof SocketException) {
        throw new IOException("no socket can be made at " + bound + ": " + e.getMessage(), e);
      }
      throw e;
    } finally {
      Files.deleteIfExists(hidden);
    }
  }

  /** Only its owner can enter it, as Java makes temporary directories. */
  private static Path hiddenDirectory(Path parent) throws IOException {
    try {
      return Files.createTempDirectory(parent, ".ls");
    } catch (NoSuchFileException e) {
      throw new IOException("there is no directory " + parent, e);
    } catch (AccessDeniedException e) {
      throw new IOException("this user may not write to the directory " + parent, e);
    }
  }

  private static void requireFree(Path path) throws IOException {
    BasicFileAttributes attributes;
    try {
      attributes = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      return;
    }
    if (!attributes.isOther()) {
      throw new IOException("something that is no socket has the name " + path);
    }
    try (SocketChannel other = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      other.connect(UnixDomainSocketAddress.of(path));
    } catch (ConnectException e) {
      return; // nobody listens: its process is dead
    } catch (SocketException e) {
      throw new IOException("cannot find out who listens on " + path + ": " + e.getMessage(), e);
    }
    throw new IOException("another process listens on " + path);
  }

  ServerSocketChannel channel() {
    return channel;
  }

  Path path() {
    return path;
  }

  /** Listens no more, and takes the name away if it is still this socket's. */
  @Override
  public void close() throws IOException {
    channel.close();
    try {
      Object present =
          Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
              .fileKey();
      if (key.equals(present)) {
        Files.delete(path);
      }
    } catch (NoSuchFileException e) {
      // gone already
    }
  }
}
