package io.litestream.replica.sftp;

import io.litestream.testservers.MinaServer;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Apache MINA SSHD, which is the library of the adapter as well. */
final class OnMina implements TestServer {

  static {
    // Before anything else of the library is used.
    JdkEd25519Registrar.register();
  }

  private final MinaServer server = MinaServer.running();

  private OnMina() {}

  static OnMina running() {
    return new OnMina();
  }

  @Override
  public int port() {
    return server.port();
  }

  @Override
  public String hostKey() {
    return server.hostKey();
  }

  @Override
  public Map<String, String> login() {
    return Map.of("user", MinaServer.USER, "password", MinaServer.PASSWORD);
  }

  @Override
  public Collection<String> secrets() {
    return List.of(MinaServer.PASSWORD, "sesame");
  }
}
