package io.litestream.cli.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream.cli.config.ControlSettings;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SocketFileTest {

  @TempDir Path directory;

  private Path path;

  @BeforeEach
  void name() {
    path = directory.resolve("l.sock");
  }

  private SocketFile bind(Path at) throws IOException {
    return SocketFile.bind(
        new ControlSettings(true, at, PosixFilePermissions.fromString("rw-------")));
  }

  private void assertAnswers() throws IOException {
    try (SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      client.connect(UnixDomainSocketAddress.of(path));
    }
  }

  private void assertNothingElseIsThere() throws IOException {
    try (var files = Files.list(directory)) {
      assertThat(files.filter(file -> !file.equals(path))).isEmpty();
    }
  }

  @Test
  void itsGroupMayConnectIfThatIsSaid() throws IOException {
    var permissions = PosixFilePermissions.fromString("rw-rw----");
    try (SocketFile socket = SocketFile.bind(new ControlSettings(true, path, permissions))) {
      assertThat(socket).isNotNull();
      assertThat(Files.getPosixFilePermissions(path)).isEqualTo(permissions);
    }
  }

  @Test
  void atNoMomentCanAnybodyElseConnect() throws Exception {
    Set<String> seen = ConcurrentHashMap.newKeySet();
    AtomicBoolean done = new AtomicBoolean();
    Thread watcher =
        new Thread(
            () -> {
              while (!done.get()) {
                try {
                  seen.add(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
                } catch (NoSuchFileException e) {
                  // not there at the moment
                } catch (IOException e) {
                  seen.add(e.toString());
                }
              }
            });
    watcher.start();
    for (int i = 0; i < 300 || seen.isEmpty(); i++) {
      bind(path).close();
    }
    done.set(true);
    watcher.join();

    assertThat(seen).containsExactly("rw-------");
    assertNothingElseIsThere();
  }

  @Test
  void theSocketOfADeadProcessIsReplaced() throws IOException {
    ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    dead.bind(UnixDomainSocketAddress.of(path));
    dead.close();
    assertThat(path).exists();

    try (SocketFile socket = bind(path)) {
      assertThat(socket.path()).isEqualTo(path);
      assertAnswers();
    }
    assertThat(path).doesNotExist();
    assertNothingElseIsThere();
  }

  @Test
  void theSocketOfALivingProcessIsNot() throws IOException {
    try (SocketFile living = bind(path)) {
      assertThatThrownBy(() -> bind(path))
          .isInstanceOf(IOException.class)
          .hasMessage("another process listens on " + path);
      assertThat(living.channel().isOpen()).isTrue();
      assertAnswers();
    }
  }

  @Test
  void whatIsNoSocketIsLeftAlone() throws IOException {
    Files.writeString(path, "precious");

    assertThatThrownBy(() -> bind(path)).hasMessageContaining("is no socket");
    assertThat(path).hasContent("precious");
  }

  @Test
  void whatTookTheNameIsLeftAlone() throws IOException {
    SocketFile socket = bind(path);
    Files.delete(path);
    Files.writeString(path, "another");
    socket.close();

    assertThat(path).hasContent("another");
  }

  @Test
  void saysWhyThereCannotBeOne() throws IOException {
    assertThatThrownBy(() -> bind(directory.resolve("none/l.sock")))
        .hasMessage("there is no directory " + directory.resolve("none"));

    Path deep = Files.createDirectories(directory.resolve("x".repeat(100)));
    assertThatThrownBy(() -> bind(deep.resolve("l.sock")))
        .hasMessageStartingWith("no socket can be made at " + deep)
        .hasMessageContaining("too long");
    try (var files = Files.list(deep)) {
      assertThat(files).isEmpty();
    }
  }
}
