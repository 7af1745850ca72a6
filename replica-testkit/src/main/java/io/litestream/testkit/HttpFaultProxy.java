package io.litestream.testkit;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * Stands on a port of loopback in front of a server that speaks HTTP/1.1, counts the requests, and
 * lets some of them fail on the way. Everything else passes byte for byte, the {@code Host} header
 * too: hand the client the proxy's {@link #port} as its endpoint, and signatures stay valid.
 *
 * <pre>{@code
 * try (var proxy = HttpFaultProxy.before(new InetSocketAddress("127.0.0.1", server.port()))) {
 *   ReplicaStore store = open("http://127.0.0.1:" + proxy.port());
 *   proxy.onNext(2, HttpFault.answer(503, Duration.ofSeconds(1)));
 *   proxy.onNth(1, request -> request.method().equals("PUT"), HttpFault.resetRequestAt(1000));
 *   // ... use the store ...
 *   proxy.heal();
 *   assertThat(proxy.count("PUT")).isEqualTo(2);
 * }
 * }</pre>
 *
 * <p>Connections are kept alive as client and server wish, bodies may have a length or come in
 * chunks in both directions, and a client may wait for {@code 100 Continue}. A request that meets
 * several rules meets all their delays and the first other fault. TLS is not spoken: a server
 * behind TLS needs {@link TcpFaultProxy}. Used by any number of threads.
 */
public final class HttpFaultProxy implements AutoCloseable {

  private final ProxyListener listener;
  private final FaultRules<ProxiedRequest, HttpFault> rules = new FaultRules<>();
  private final Queue<ProxiedRequest> requests = new ConcurrentLinkedQueue<>();
  private final AtomicInteger numbers = new AtomicInteger();
  private final AtomicInteger hanging = new AtomicInteger();
  private final HangSwitch holding = new HangSwitch();

  private HttpFaultProxy(InetSocketAddress server) throws IOException {
    listener = new ProxyListener(server, this::serve);
  }

  /** Begins to accept connections; {@link #close} ends them. */
  public static HttpFaultProxy before(InetSocketAddress server) throws IOException {
    var proxy = new HttpFaultProxy(server);
    proxy.listener.start();
    return proxy;
  }

  /** The port on loopback that clients connect to. */
  public int port() {
    return listener.port();
  }

  /** The next {@code times} requests from now on meet the fault. */
  public void onNext(int times, HttpFault fault) {
    onNext(times, request -> true, fault);
  }

  /** The next {@code times} of the requests that match meet the fault. */
  public void onNext(int times, Predicate<ProxiedRequest> matching, HttpFault fault) {
    rules.next(times, matching, fault);
  }

  /**
   * The {@code n}th of the requests that match, counted from now on and from 1, meets the fault.
   */
  public void onNth(int n, Predicate<ProxiedRequest> matching, HttpFault fault) {
    rules.nth(n, matching, fault);
  }

  /** Each request that matches meets the fault until {@link #heal}. */
  public void onEach(Predicate<ProxiedRequest> matching, HttpFault fault) {
    rules.each(matching, fault);
  }

  /**
   * From now on, no request reaches the server or is answered, and what is under way gets no
   * further, until it is let go or {@link #heal}. Letting go forgets all rules. What was under way
   * before goes on then; a request that has come since goes on hanging.
   */
  public StoreHold hang() {
    StoreHold hold = holding.hold(this::heal);
    onEach(
        request -> {
          hold.reach();
          return true;
        },
        HttpFault.hang());
    return hold;
  }

  /**
   * Forgets all rules, and lets go of what {@link #hang} found under way. A request that hangs goes
   * on hanging.
   */
  public void heal() {
    rules.clear();
    holding.release();
  }

  /** Resets all connections that there are, whatever goes on in them. */
  public void resetConnections() {
    listener.resetConnections();
  }

  /** The requests that have come, in order, those that were answered by the proxy included. */
  public List<ProxiedRequest> requests() {
    return List.copyOf(requests);
  }

  /** How many requests of a method have come. */
  public long count(String method) {
    return count(request -> request.method().equals(method));
  }

  /** How many requests have come that match. */
  public long count(Predicate<ProxiedRequest> matching) {
    return requests.stream().filter(matching).count();
  }

  /** How many requests hang at this moment. */
  int hanging() {
    return hanging.get();
  }

  /** How many connections have been accepted. */
  public int connections() {
    return listener.connections();
  }

  /** Forgets the requests that have come; the rules stay. */
  public void clearRequests() {
    requests.clear();
  }

  private void serve(Socket client, int connection) throws IOException {
    try (var exchange = new HttpProxyConnection(listener, client, hanging, holding)) {
      for (var head = exchange.nextHead(); head.isPresent(); head = exchange.nextHead()) {
        var request = new ProxiedRequest(numbers.incrementAndGet(), connection, head.get());
        requests.add(request);
        if (!exchange.serve(request, rules.take(request))) {
          return;
        }
      }
    }
  }

  /** Refuses and resets all connections from now on. */
  @Override
  public void close() throws IOException {
    holding.release();
    listener.close();
  }
}
