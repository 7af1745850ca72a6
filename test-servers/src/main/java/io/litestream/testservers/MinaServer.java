package io.litestream.testservers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.List;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.file.nativefs.NativeFileSystemFactory;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.sftp.server.SftpSubsystemFactory;

/** An SFTP server in this JVM, Apache MINA SSHD's: it shows the file system of this machine. */
public final class MinaServer {

  /** Who may log in. */
  public static final String USER = "backup";

  /** With characters that have to be escaped in a URL. */
  public static final String PASSWORD = "open sesame/#1";

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
  public static MinaServer running() {
    return Running.SERVER;
  }

  /** One for a single test, which has to stop it. */
  public static MinaServer start() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(256);
      KeyPair key = generator.generateKeyPair();
      SshServer ssh = SshServer.setUpDefaultServer();
      ssh.setHost("127.0.0.1");
      ssh.setKeyPairProvider(KeyPairProvider.wrap(key));
      ssh.setPasswordAuthenticator(
          (user, password, session) -> user.equals(USER) && password.equals(PASSWORD));
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

  /** The server itself, to break what it does. */
  public SshServer ssh() {
    return ssh;
  }

  /** Where it listens, on loopback. */
  public int port() {
    return ssh.getPort();
  }

  /** Its public key, as {@code known_hosts} has it. */
  public String hostKey() {
    return PublicKeyEntry.toString(key.getPublic());
  }
}
