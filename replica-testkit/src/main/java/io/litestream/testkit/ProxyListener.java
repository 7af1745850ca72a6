package io.litestream.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A port on loopback, the threads that serve it, and every socket that belongs to it. */
final class ProxyListener implements AutoCloseable {

  /** Serves one connection, in a thread of its own, until it ends. */
  interface Handler {
    void serve(Socket client, int number) throws IOException;
  }

  private static final int CONNECT_MILLIS = 10_000;

  private final InetSocketAddress target;
  private final ServerSocket server;
  private final Handler handler;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final AtomicInteger connections = new AtomicInteger();

  /** Does not accept before {@link #start}. */
  ProxyListener(InetSocketAddress target, Handler handler) throws IOException {
    this.target = target;
    this.handler = handler;
    this.server = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
  }

  void start() {
    inBackground("accept", this::accept);
  }

  int port() {
    return server.getLocalPort();
  }

  int connections() {
    return connections.get();
  }

  private void accept() {
    while (true) {
      Socket client;
      try {
        client = server.accept();
      } catch (IOException closed) {
        return;
      }
      if (server.isClosed()) {
        reset(client); // closing wakes this thread, and one more may come before it wakes
        return;
      }
      int number = connections.incrementAndGet();
      sockets.add(client);
      inBackground("connection-" + number, () -> serve(client, number));
    }
  }

  private void serve(Socket client, int number) {
    try (client) {
      client.setTcpNoDelay(true);
      handler.serve(client, number);
    } catch (IOException e) {
      // Neither side is to take what has broken off for what has ended.
      reset(client);
    } finally {
      sockets.remove(client);
    }
  }

  /** A connection to the server behind, which ends with the proxy at the latest. */
  Socket connect() throws IOException {
    var socket = new Socket();
    sockets.add(socket);
    socket.setTcpNoDelay(true);
    socket.connect(target, CONNECT_MILLIS);
    return socket;
  }

  void inBackground(String name, Runnable task) {
    var thread = new Thread(task, "fault-proxy-" + port() + "-" + name);
    thread.setDaemon(true);
    thread.start();
  }

  /** Ends a connection by RST, so that its peer cannot take it for a proper end. */
  void reset(Socket socket) {
    try {
      socket.setSoLinger(true, 0);
    } catch (IOException alreadyClosed) {
      // Then it is as it should be.
    }
    close(socket);
  }

  void close(Socket socket) {
    sockets.remove(socket);
    try {
      socket.close();
    } catch (IOException alreadyGone) {
      // Then it is as it should be.
    }
  }

  void resetConnections() {
    sockets.forEach(this::reset);
  }

  @Override
  public void close() throws IOException {
    server.close();
    resetConnections();
  }
}
