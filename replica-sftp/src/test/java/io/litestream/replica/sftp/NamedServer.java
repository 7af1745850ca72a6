package io.litestream.replica.sftp;

import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.sshd.sftp.client.SftpClientFactory;

/**
 * The server that the environment names, any one. Its files are seen over a connection of their
 * own, which no test disturbs.
 */
final class NamedServer implements TestServer {

  private static final String PREFIX = "LITESTREAM_TEST_SFTP_";

  private static final class Connected {
    static final NamedServer SERVER = connect();
  }

  private final SftpSettings settings;
  private final Map<String, String> login;
  private final Path root;

  private NamedServer(SftpSettings settings, Map<String, String> login, Path root) {
    this.settings = settings;
    this.login = login;
    this.root = root;
  }

  static boolean isNamed() {
    return variable("endpoint").isPresent();
  }

  /** The one that all tests share; its connection ends with the JVM. */
  static NamedServer server() {
    return Connected.SERVER;
  }

  private static NamedServer connect() {
    var login = new TreeMap<String, String>();
    for (String key : List.of("user", "password", "key-path", "key-passphrase")) {
      variable(key).ifPresent(value -> login.put(key, value));
    }
    var values = new TreeMap<>(login);
    variable("endpoint").ifPresent(value -> values.put("host", value));
    // Known hosts would not do: tests connect by way of a proxy.
    values.put(
        "host-key",
        variable("host-key")
            .orElseThrow(() -> new IllegalStateException(PREFIX + "HOST_KEY is missing")));
    try {
      SftpSettings settings = SftpSettings.read(new ReplicaSettings("sftp", values));
      var connection = new SftpConnection(settings, SftpUnderTest.PATIENCE, List.of());
      FileSystem files =
          SftpClientFactory.instance().createSftpFileSystem(connection.client().getClientSession());
      return new NamedServer(
          settings, login, files.getPath(variable("path").orElse(".")).toRealPath());
    } catch (ReplicaException e) {
      throw new IllegalStateException(PREFIX + "* do not lead to a server: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Optional<String> variable(String key) {
    return Optional.ofNullable(
        System.getenv(PREFIX + key.replace('-', '_').toUpperCase(Locale.ROOT)));
  }

  @Override
  public String host() {
    return settings.host;
  }

  @Override
  public int port() {
    return settings.port;
  }

  @Override
  public String hostKey() {
    return settings.hostKey.orElseThrow();
  }

  @Override
  public Path directory(Path local) throws IOException {
    return Files.createDirectory(root.resolve("litestream-test-" + UUID.randomUUID()));
  }

  @Override
  public Map<String, String> login() {
    return login;
  }

  @Override
  public Collection<String> secrets() {
    var secrets = new ArrayList<String>();
    settings.password.ifPresent(secrets::add);
    settings.keyPassphrase.ifPresent(secrets::add);
    settings.keyPath.map(NamedServer::secretLine).ifPresent(secrets::add);
    return secrets;
  }

  private static String secretLine(Path key) {
    try {
      return Files.readAllLines(key).get(1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
