package io.litestream.replica.sftp;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.file.nativefs.NativeFileSystemFactory;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.sftp.server.SftpSubsystemFactory;

/** The server of Apache MINA SSHD, in this JVM. */
final class MinaServer implements TestServer {

  static final String PASSWORD = "open sesame/#1";

  private static final class Running {
    static final MinaServer SERVER = start();
  }

  private final SshServer ssh;
  private final KeyPair key;

  private MinaServer(SshServer ssh, KeyPair key) {
    this.ssh = ssh;
    this.key = key;
  }

  /** The one that all tests share; it ends with the JVM. */
  static MinaServer running() {
    return Running.SERVER;
  }

  static MinaServer start() {
    JdkEd25519Registrar.register();
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(256);
      KeyPair key = generator.generateKeyPair();
      SshServer ssh = SshServer.setUpDefaultServer();
      ssh.setHost("127.0.0.1");
      ssh.setKeyPairProvider(KeyPairProvider.wrap(key));
      ssh.setPasswordAuthenticator(
          (user, password, session) -> user.equals("backup") && password.equals(PASSWORD));
      ssh.setSubsystemFactories(List.of(new SftpSubsystemFactory()));
      ssh.setFileSystemFactory(NativeFileSystemFactory.INSTANCE);
      ssh.start();
      return new MinaServer(ssh, key);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  SshServer ssh() {
    return ssh;
  }

  @Override
  public int port() {
    return ssh.getPort();
  }

  @Override
  public String hostKey() {
    return PublicKeyEntry.toString(key.getPublic());
  }

  @Override
  public String path(Path directory) {
    return directory.toString();
  }

  @Override
  public Map<String, String> login() {
    return Map.of("user", "backup", "password", PASSWORD);
  }

  @Override
  public Collection<String> secrets() {
    return List.of(PASSWORD, "sesame");
  }
}
