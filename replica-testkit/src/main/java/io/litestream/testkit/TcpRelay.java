package io.litestream.testkit;

import io.litestream.testkit.HttpFault.Ending;
import io.litestream.testkit.TcpFault.Cut;
import io.litestream.testkit.TcpFault.Delay;
import java.io.IOException;
import java.net.Socket;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** One client's connection to a {@link TcpFaultProxy}, and the server's that belongs to it. */
final class TcpRelay {

  private final ProxyListener listener;
  private final Socket client;
  private final HangSwitch hanging;
  private final long delayMillis;
  private final Optional<Cut> cut;
  private volatile boolean hung;

  TcpRelay(ProxyListener listener, Socket client, HangSwitch hanging, List<TcpFault> faults) {
    this.listener = listener;
    this.client = client;
    this.hanging = hanging;
    this.delayMillis =
        faults.stream()
            .filter(Delay.class::isInstance)
            .mapToLong(fault -> ((Delay) fault).duration().toMillis())
            .sum();
    this.cut = faults.stream().filter(Cut.class::isInstance).map(Cut.class::cast).findFirst();
  }

  /** Copies in both directions until both have ended. */
  void run() throws IOException {
    try (Socket server = listener.connect()) {
      if (cut.isPresent() && cut.get().bytes() == 0) {
        end(server);
      }
      var answered = new CompletableFuture<Boolean>();
      listener.inBackground(
          "answers",
          () -> {
            copy(server, server, client, limit(false));
            answered.complete(true);
          });
      copy(server, client, server, limit(true));
      answered.join();
    }
  }

  private long limit(boolean fromClient) {
    return cut.filter(c -> c.fromClient() == fromClient).map(Cut::bytes).orElse(Long.MAX_VALUE);
  }

  /**
   * Copies one direction to its end.
   *
   * @param server the one of the two sockets that leads to the server
   * @param limit how many bytes pass before the connection is cut
   */
  private void copy(Socket server, Socket from, Socket to, long limit) {
    byte[] buffer = new byte[16 * 1024];
    long left = limit;
    try {
      for (int read = from.getInputStream().read(buffer);
          read >= 0;
          read = from.getInputStream().read(buffer)) {
        Thread.sleep(delayMillis);
        hanging.pass();
        if (!hung) {
          int passing = (int) Math.min(left, read);
          to.getOutputStream().write(buffer, 0, passing);
          left -= passing;
          if (left == 0) {
            end(server);
          }
        }
      }
      if (!hung) {
        to.shutdownOutput();
      }
    } catch (IOException e) {
      // Neither side is to take what has broken off for what has ended.
      listener.reset(from);
      listener.reset(to);
    } catch (InterruptedException e) {
      // Nobody interrupts these threads; the proxy ends them by closing their sockets.
      Thread.currentThread().interrupt();
    }
  }

  private void end(Socket server) {
    if (cut.orElseThrow().ending() == Ending.HANG) {
      hung = true;
    } else {
      listener.reset(client);
      listener.reset(server);
    }
  }
}
