package io.litestream.testkit;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;

/**
 * Stands on a port of loopback in front of a server, whatever it speaks, such as SSH or TLS, and
 * lets some of the connections fail. Everything else passes byte for byte.
 *
 * <pre>{@code
 * try (var proxy = TcpFaultProxy.before(new InetSocketAddress("127.0.0.1", sshd.port()))) {
 *   proxy.onNext(1, TcpFault.resetAfterSending(10_000));
 *   // ... a client that connects to proxy.port() is cut off after 10,000 bytes, once ...
 *   proxy.resetConnections(); // cuts what is connected now
 * }
 * }</pre>
 *
 * <p>Connections are counted when they are accepted. Used by any number of threads.
 */
public final class TcpFaultProxy implements AutoCloseable {

  private final ProxyListener listener;
  private final FaultRules<Integer, TcpFault> rules = new FaultRules<>();
  private final HangSwitch hanging = new HangSwitch();

  private TcpFaultProxy(InetSocketAddress server) throws IOException {
    listener = new ProxyListener(server, this::serve);
  }

  /** Begins to accept connections; {@link #close} ends them. */
  public static TcpFaultProxy before(InetSocketAddress server) throws IOException {
    var proxy = new TcpFaultProxy(server);
    proxy.listener.start();
    return proxy;
  }

  /** The port on loopback that clients connect to. */
  public int port() {
    return listener.port();
  }

  /** The next {@code times} connections meet the fault. */
  public void onNext(int times, TcpFault fault) {
    rules.next(times, number -> true, fault);
  }

  /** The {@code n}th connection from now on, counted from 1, meets the fault. */
  public void onNth(int n, TcpFault fault) {
    rules.nth(n, number -> true, fault);
  }

  /** Each connection meets the fault until {@link #heal}. */
  public void onEach(TcpFault fault) {
    rules.each(number -> true, fault);
  }

  /** Forgets all rules, and lets the bytes pass that {@link #hang} holds up. */
  public void heal() {
    rules.clear();
    hanging.release();
  }

  /**
   * From now on, nothing passes in any connection, new or old, in either direction, until it is let
   * go or {@link #heal}.
   */
  public StoreHold hang() {
    return hanging.hold();
  }

  /** Resets all connections that there are. */
  public void resetConnections() {
    listener.resetConnections();
  }

  /** How many connections have been accepted. */
  public int connections() {
    return listener.connections();
  }

  private void serve(Socket client, int number) throws IOException {
    new TcpRelay(listener, client, hanging, rules.take(number)).run();
  }

  /** Refuses and resets all connections from now on. */
  @Override
  public void close() throws IOException {
    hanging.release();
    listener.close();
  }
}
