package io.litestream.replica.sftp;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * OpenSSH's own server, with keys and a configuration of its own, run by whoever runs the tests. It
 * is taken from {@code LITESTREAM_TEST_SSHD}, which must then be there, or from where it is usually
 * installed.
 */
final class OpenSsh implements TestServer {

  private static final String PASSPHRASE = "correct horse";

  private static final class Running {
    static final OpenSsh SERVER = start();
  }

  private final Path directory;
  private final int port;

  private OpenSsh(Path directory, int port) {
    this.directory = directory;
    this.port = port;
  }

  /** For {@code EnabledIf}. */
  static boolean isThere() {
    return NamedServer.isNamed() || configured().isPresent() || Files.isExecutable(usual());
  }

  private static Optional<Path> configured() {
    return Optional.ofNullable(System.getenv("LITESTREAM_TEST_SSHD")).map(Path::of);
  }

  private static Path usual() {
    return Path.of("/usr/sbin/sshd");
  }

  /** The one that all tests share; it ends with the JVM, unless the environment names another. */
  static TestServer running() {
    return NamedServer.isNamed() ? NamedServer.server() : Running.SERVER;
  }

  private static OpenSsh start() {
    try {
      Path directory = Files.createTempDirectory("openssh");
      directory.toFile().deleteOnExit();
      makeKey(directory.resolve("host"), "");
      makeKey(directory.resolve("client"), PASSPHRASE);
      var server = new OpenSsh(directory, freePort());
      server.run();
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static int freePort() throws IOException {
    try (var probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return probe.getLocalPort();
    }
  }

  private static void makeKey(Path file, String passphrase)
      throws IOException, InterruptedException {
    Process keygen =
        new ProcessBuilder(
                "ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-f", file.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(keygen.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (keygen.waitFor() != 0) {
      throw new IOException("ssh-keygen failed: " + output);
    }
    file.toFile().deleteOnExit();
    new File(file + ".pub").deleteOnExit();
  }

  private void run() throws IOException, InterruptedException {
    Path configuration = directory.resolve("sshd_config");
    Files.writeString(
        configuration,
        String.join(
            "\n",
            "Port " + port,
            "ListenAddress 127.0.0.1",
            "HostKey " + directory.resolve("host"),
            "PidFile none",
            "AuthorizedKeysFile " + directory.resolve("client.pub"),
            // The directory for temporary files may belong to others.
            "StrictModes no",
            "PasswordAuthentication no",
            "KbdInteractiveAuthentication no",
            "PermitRootLogin yes",
            "MaxStartups 100",
            "Subsystem sftp internal-sftp",
            ""));
    Path log = directory.resolve("log");
    configuration.toFile().deleteOnExit();
    log.toFile().deleteOnExit();
    Process sshd =
        new ProcessBuilder(
                configured().orElseGet(OpenSsh::usual).toString(),
                "-D",
                "-e",
                "-f",
                configuration.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    Runtime.getRuntime().addShutdownHook(new Thread(sshd::destroy));
    awaitListening(sshd, log);
  }

  private void awaitListening(Process sshd, Path log) throws IOException, InterruptedException {
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (System.nanoTime() < end && sshd.isAlive()) {
      try (var socket = new Socket()) {
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
        return;
      } catch (IOException notYet) {
        TimeUnit.MILLISECONDS.sleep(20);
      }
    }
    sshd.destroy();
    throw new IOException("sshd does not listen: " + Files.readString(log));
  }

  @Override
  public int port() {
    return port;
  }

  @Override
  public String hostKey() {
    try {
      return Files.readString(directory.resolve("host.pub")).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Map<String, String> login() {
    return Map.of(
        "user",
        System.getProperty("user.name"),
        "key-path",
        directory.resolve("client").toString(),
        "key-passphrase",
        PASSPHRASE);
  }

  @Override
  public Collection<String> secrets() {
    try {
      return List.of(PASSPHRASE, Files.readAllLines(directory.resolve("client")).get(1));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
