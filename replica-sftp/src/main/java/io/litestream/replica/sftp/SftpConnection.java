package io.litestream.replica.sftp;

import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaException.Kind;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.config.hosts.HostConfigEntryResolver;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.NamedFactory;
import org.apache.sshd.common.NamedResource;
import org.apache.sshd.common.config.keys.FilePasswordProvider;
import org.apache.sshd.common.keyprovider.KeyIdentityProvider;
import org.apache.sshd.common.session.SessionHeartbeatController.HeartbeatType;
import org.apache.sshd.common.signature.Signature;
import org.apache.sshd.common.util.security.SecurityUtils;
import org.apache.sshd.core.CoreModuleProperties;
import org.apache.sshd.sftp.SftpModuleProperties;
import org.apache.sshd.sftp.client.SftpClient;
import org.apache.sshd.sftp.client.SftpClientFactory;
import org.apache.sshd.sftp.client.SftpVersionSelector;
import org.apache.sshd.sftp.common.SftpConstants;
import org.jspecify.annotations.Nullable;

/**
 * The one connection of a store: made when it is first needed, and again after it was lost. What is
 * in the user's own configuration of SSH beside known hosts does not count: neither {@code
 * ~/.ssh/config}, nor keys, nor an agent. Used by any number of threads.
 */
final class SftpConnection implements AutoCloseable {

  private static final int UNANSWERED_HEARTBEATS = 3;

  static {
    JdkEd25519Registrar.register();
  }

  private final SftpSettings settings;
  private final Patience patience;
  private final HostKeys hostKeys;
  private final ReentrantLock connecting = new ReentrantLock();
  private final Object lock = new Object();
  private @Nullable SshClient ssh;
  private @Nullable SftpClient current;
  private boolean closed;

  SftpConnection(SftpSettings settings, Patience patience, List<Path> defaultKnownHosts) {
    this.settings = settings;
    this.patience = patience;
    this.hostKeys = new HostKeys(settings, defaultKnownHosts);
  }

  /** The connection that there is, or a new one. */
  SftpClient client() throws IOException {
    SftpClient open = openClient();
    if (open != null) {
      return open;
    }
    try {
      connecting.lockInterruptibly();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw SftpErrors.interrupted(e);
    }
    try {
      open = openClient();
      return open == null ? connect() : open;
    } finally {
      connecting.unlock();
    }
  }

  private @Nullable SftpClient openClient() {
    synchronized (lock) {
      return current != null && current.isOpen() && !current.isClosing() ? current : null;
    }
  }

  boolean isConnected() {
    return openClient() != null;
  }

  private SftpClient connect() throws IOException {
    List<String> keyTypes = hostKeys.read();
    SshClient client = started();
    preferHostKeys(client, keyTypes);
    var address = new InetSocketAddress(settings.host, settings.port);
    if (address.isUnresolved()) {
      throw new IOException("there is no host of the name " + settings.host);
    }
    ClientSession session = null;
    boolean connected = false;
    try {
      session =
          client.connect(settings.user, address).verify(patience.connect()).getClientSession();
      identify(session);
      session.auth().verify(patience.connect());
      SftpClient sftp =
          SftpClientFactory.instance()
              .createSftpClient(
                  session, SftpVersionSelector.fixedVersionSelector(SftpConstants.SFTP_V3));
      keep(sftp);
      connected = true;
      return sftp;
    } catch (IOException | RuntimeException e) {
      if (hostKeys.refusal().isPresent()) {
        throw SftpSettings.configuration("host-key", hostKeys.refusal().get());
      }
      throw e;
    } finally {
      if (!connected && session != null) {
        session.close(true);
      }
    }
  }

  private SshClient started() throws IOException {
    synchronized (lock) {
      requireOpen();
      if (ssh == null) {
        SshClient client = SshClient.setUpDefaultClient();
        client.setServerKeyVerifier(hostKeys);
        client.setHostConfigEntryResolver(HostConfigEntryResolver.EMPTY);
        client.setKeyIdentityProvider(KeyIdentityProvider.EMPTY_KEYS_PROVIDER);
        client.setNioWorkers(1);
        client.setSessionHeartbeat(HeartbeatType.IGNORE, patience.heartbeat());
        CoreModuleProperties.HEARTBEAT_REQUEST.set(client, "keepalive@openssh.com");
        CoreModuleProperties.HEARTBEAT_INTERVAL.set(client, patience.heartbeat());
        CoreModuleProperties.HEARTBEAT_NO_REPLY_MAX.set(client, UNANSWERED_HEARTBEATS);
        // The library waits as long for an answer as for a session that nobody uses.
        CoreModuleProperties.IDLE_TIMEOUT.set(client, patience.request());
        CoreModuleProperties.AUTH_TIMEOUT.set(client, patience.connect());
        CoreModuleProperties.IO_CONNECT_TIMEOUT.set(client, patience.connect());
        SftpModuleProperties.SFTP_CHANNEL_OPEN_TIMEOUT.set(client, patience.connect());
        client.start();
        ssh = client;
      }
      return ssh;
    }
  }

  /** A server that has several keys shows the one of the first type that it is asked for. */
  private static void preferHostKeys(SshClient client, List<String> keyTypes) {
    var preferred = new ArrayList<NamedFactory<Signature>>();
    var others = new ArrayList<NamedFactory<Signature>>();
    for (NamedFactory<Signature> factory : client.getSignatureFactories()) {
      String type = factory.getName().startsWith("rsa-sha2-") ? "ssh-rsa" : factory.getName();
      (keyTypes.contains(type) ? preferred : others).add(factory);
    }
    preferred.addAll(others);
    client.setSignatureFactories(preferred);
  }

  private void identify(ClientSession session) throws IOException {
    if (settings.keyPath.isPresent()) {
      for (KeyPair key : keys(settings.keyPath.get())) {
        session.addPublicKeyIdentity(key);
      }
    }
    settings.password.ifPresent(session::addPasswordIdentity);
  }

  private Iterable<KeyPair> keys(Path file) throws ReplicaException {
    FilePasswordProvider passphrase =
        settings.keyPassphrase.map(FilePasswordProvider::of).orElse(FilePasswordProvider.EMPTY);
    try (var in = java.nio.file.Files.newInputStream(file)) {
      Iterable<KeyPair> keys =
          SecurityUtils.loadKeyPairIdentities(
              null, NamedResource.ofName(file.toString()), in, passphrase);
      if (keys != null && keys.iterator().hasNext()) {
        return keys;
      }
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      throw new ReplicaException(
          Kind.CONFIGURATION,
          "configure",
          "key-path",
          null,
          "the private key in "
              + file
              + " cannot be read; if it has a passphrase, set 'key-passphrase'",
          e);
    }
    throw SftpSettings.configuration("key-path", "there is no private key in " + file);
  }

  private void keep(SftpClient sftp) throws IOException {
    synchronized (lock) {
      requireOpen();
      current = sftp;
    }
  }

  private void requireOpen() throws IOException {
    if (closed) {
      throw new IOException("the store has been closed");
    }
  }

  /** Ends a connection that has failed, unless another one has taken its place. */
  void drop(SftpClient failed) {
    synchronized (lock) {
      if (current == failed) {
        current = null;
      }
    }
    failed.getClientSession().close(true);
  }

  @Override
  public void close() {
    SshClient client;
    SftpClient sftp;
    synchronized (lock) {
      closed = true;
      client = ssh;
      sftp = current;
      ssh = null;
      current = null;
    }
    if (sftp != null) {
      sftp.getClientSession().close(true);
    }
    if (client != null) {
      client.close(true);
    }
  }
}
