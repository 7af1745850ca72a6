package io.litestream.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What passes the proxy, and what does not, before a server that echoes. */
@Timeout(60)
class TcpFaultProxyTest {

  private ServerSocket server;
  private TcpFaultProxy proxy;

  @BeforeEach
  void start() throws IOException {
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    var accepting = new Thread(this::echo, "echo");
    accepting.setDaemon(true);
    accepting.start();
    proxy =
        TcpFaultProxy.before(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getLocalPort()));
  }

  private void echo() {
    while (true) {
      try (Socket socket = server.accept()) {
        socket.getInputStream().transferTo(socket.getOutputStream());
      } catch (IOException e) {
        if (server.isClosed()) {
          return;
        }
      }
    }
  }

  @AfterEach
  void stop() throws IOException {
    proxy.close();
    server.close();
  }

  private Socket connect() throws IOException {
    var socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
    socket.setSoTimeout(10_000);
    return socket;
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(StoreContract.bytes(text));
  }

  private static String receive(Socket socket, int length) throws IOException {
    return new String(socket.getInputStream().readNBytes(length), StandardCharsets.UTF_8);
  }

  @Test
  void passesBytesAndTheirEndInBothDirections() throws IOException {
    try (Socket socket = connect()) {
      send(socket, "hello");
      assertThat(receive(socket, 5)).isEqualTo("hello");
      socket.shutdownOutput();
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
    assertThat(proxy.connections()).isEqualTo(1);
  }

  @Test
  void resetsAfterWhatTheClientSent() throws IOException {
    proxy.onNext(1, TcpFault.resetAfterSending(3));
    try (Socket socket = connect()) {
      send(socket, "hello");
      assertThatThrownBy(() -> receive(socket, 5)).isInstanceOf(SocketException.class);
    }
    try (Socket socket = connect()) {
      send(socket, "hello");
      assertThat(receive(socket, 5)).isEqualTo("hello");
    }
  }

  @Test
  void resetsAfterWhatTheServerSent() throws IOException {
    proxy.onNth(2, TcpFault.resetAfterReceiving(3));
    try (Socket socket = connect()) {
      send(socket, "hello");
      assertThat(receive(socket, 5)).isEqualTo("hello");
    }
    try (Socket socket = connect()) {
      send(socket, "hello");
      assertThatThrownBy(() -> receive(socket, 5)).isInstanceOf(SocketException.class);
    }
  }

  @Test
  void connectionThatHangsStaysOpenAndSilent() throws IOException {
    proxy.onEach(TcpFault.hangAfterSending(5));
    try (Socket socket = connect()) {
      send(socket, "hello");
      send(socket, "world");
      socket.setSoTimeout(200);
      assertThatThrownBy(() -> receive(socket, 6)).isInstanceOf(SocketTimeoutException.class);
    }
  }

  @Test
  void hangingHoldsUpConnectionsThatThereAreUntilItIsHealed() throws IOException {
    try (Socket socket = connect()) {
      send(socket, "hello");
      assertThat(receive(socket, 5)).isEqualTo("hello");
      proxy.hang();
      send(socket, "world");
      socket.setSoTimeout(200);
      assertThatThrownBy(() -> receive(socket, 5)).isInstanceOf(SocketTimeoutException.class);
      proxy.heal();
      socket.setSoTimeout(10_000);
      assertThat(receive(socket, 5)).isEqualTo("world");
    }
  }

  @Test
  void resetsWhatIsConnected() throws IOException {
    try (Socket socket = connect()) {
      send(socket, "hello");
      assertThat(receive(socket, 5)).isEqualTo("hello");
      proxy.resetConnections();
      assertThatThrownBy(() -> receive(socket, 1)).isInstanceOf(SocketException.class);
    }
  }

  @Test
  void delaysEachRunOfBytes() throws IOException {
    proxy.onNext(1, TcpFault.delay(Duration.ofMillis(100)));
    try (Socket socket = connect()) {
      long started = System.nanoTime();
      send(socket, "hello");
      assertThat(receive(socket, 5)).isEqualTo("hello");
      assertThat(System.nanoTime() - started).isGreaterThanOrEqualTo(200_000_000);
    }
  }
}
