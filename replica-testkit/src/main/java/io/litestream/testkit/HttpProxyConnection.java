package io.litestream.testkit;

import io.litestream.testkit.HttpFault.Answer;
import io.litestream.testkit.HttpFault.Cut;
import io.litestream.testkit.HttpFault.Delay;
import io.litestream.testkit.HttpFault.Ending;
import io.litestream.testkit.HttpFault.Part;
import io.litestream.testkit.HttpRelay.CutReached;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One client's connection, and the one to the server that belongs to it. One thread passes requests
 * on, one at a time; a second one passes on whatever the server says, which may come before the
 * request is complete.
 */
final class HttpProxyConnection implements AutoCloseable {

  /** How long a client may take to see that its connection has ended. */
  private static final int LINGER_MILLIS = 10_000;

  /** A request that waits for its answer. */
  private record Exchange(
      ProxiedRequest request, Optional<Cut> cut, CompletableFuture<Optional<Ending>> ended) {}

  private final ProxyListener listener;
  private final Socket client;
  private final AtomicInteger hanging;
  private final HangSwitch holding;
  private final InputStream fromClient;
  private final OutputStream toClient;
  private @Nullable Socket server;
  private volatile @Nullable Exchange current;
  private volatile boolean serverEnded;

  /**
   * @param hanging counts the connections, of all, in which a request hangs
   * @param holding holds up what is under way
   */
  HttpProxyConnection(
      ProxyListener listener, Socket client, AtomicInteger hanging, HangSwitch holding)
      throws IOException {
    this.listener = listener;
    this.client = client;
    this.hanging = hanging;
    this.holding = holding;
    this.fromClient = new BufferedInputStream(client.getInputStream());
    this.toClient = client.getOutputStream();
  }

  /** The head of the client's next request; empty if it has hung up. */
  Optional<HttpHead> nextHead() throws IOException {
    return HttpHead.read(fromClient);
  }

  /** Passes a request on and waits until it is answered. Returns whether another may follow. */
  boolean serve(ProxiedRequest request, List<HttpFault> faults) throws IOException {
    faults.stream().filter(Delay.class::isInstance).map(Delay.class::cast).forEach(this::pause);
    Optional<HttpFault> fault = faults.stream().filter(f -> !(f instanceof Delay)).findFirst();
    if (fault.isPresent() && fault.get() instanceof Answer answer) {
      return answer(request, answer);
    }
    Optional<Cut> cut = fault.map(Cut.class::cast);
    Optional<Ending> ending = exchange(request, cut);
    if (ending.isPresent()) {
      end(ending.get());
    }
    return ending.isEmpty();
  }

  private void pause(Delay delay) {
    try {
      Thread.sleep(delay.duration().toMillis());
    } catch (InterruptedException e) {
      // Nobody interrupts this thread; the proxy ends it by closing its sockets.
      Thread.currentThread().interrupt();
    }
  }

  /** Returns how the connection is to end, if it is. */
  private Optional<Ending> exchange(ProxiedRequest request, Optional<Cut> cut) throws IOException {
    Optional<Cut> requestCut = cut.filter(c -> c.part() == Part.REQUEST);
    if (requestCut.isPresent() && requestCut.get().bytes() == 0) {
      return Optional.of(requestCut.get().ending());
    }
    var exchange = new Exchange(request, cut, new CompletableFuture<>());
    OutputStream toServer = server().getOutputStream();
    current = exchange;
    if (serverEnded) {
      return Optional.of(Ending.RESET);
    }
    long limit = requestCut.map(Cut::bytes).orElse(Long.MAX_VALUE);
    var relay =
        new HttpRelay(
            fromClient, toServer, limit, request.requestBytes, request.requestBody, holding);
    try {
      byte[] head = request.head().raw();
      relay.write(head, head.length);
      copyRequestBody(relay, request.head());
    } catch (CutReached e) {
      return Optional.of(requestCut.orElseThrow().ending());
    } catch (IOException e) {
      // A server may answer, hang up and not read the rest; what it said has to arrive.
      if (!serverEnded && !exchange.ended().isDone()) {
        throw e;
      }
      return Optional.of(Ending.CLOSE);
    }
    return exchange.ended().join();
  }

  private static void copyRequestBody(HttpRelay relay, HttpHead head) throws IOException {
    if (head.isChunked()) {
      relay.copyChunks();
    } else {
      relay.copyBody(head.contentLength().orElse(0L));
    }
  }

  private Socket server() throws IOException {
    Socket connected = server;
    if (connected == null) {
      Socket socket = listener.connect();
      server = socket;
      connected = socket;
      listener.inBackground("answers", () -> passAnswers(socket));
    }
    return connected;
  }

  private void passAnswers(Socket socket) {
    Optional<Ending> ending;
    try {
      ending = Optional.of(answersUntilTheEnd(new BufferedInputStream(socket.getInputStream())));
    } catch (CutReached e) {
      ending = cutOfCurrent().map(Cut::ending);
    } catch (IOException e) {
      ending = Optional.of(Ending.RESET);
    }
    serverEnded = true;
    if (ending.equals(Optional.of(Ending.RESET))) {
      listener.reset(client);
    } else if (ending.equals(Optional.of(Ending.CLOSE))) {
      shutDownOutput();
    }
    Exchange exchange = current;
    if (exchange != null) {
      exchange.ended().complete(ending);
    }
  }

  private Optional<Cut> cutOfCurrent() {
    Exchange exchange = current;
    return exchange == null ? Optional.empty() : exchange.cut();
  }

  private Ending answersUntilTheEnd(InputStream fromServer) throws IOException {
    for (var head = HttpHead.read(fromServer); head.isPresent(); head = HttpHead.read(fromServer)) {
      Exchange exchange = current;
      if (exchange == null) {
        // Unasked, a server says at most why it hangs up.
        toClient.write(head.get().raw());
        return Ending.CLOSE;
      }
      if (head.get().status() / 100 == 1) {
        toClient.write(head.get().raw());
      } else if (!passAnswer(head.get(), exchange, fromServer)) {
        return Ending.CLOSE;
      } else {
        current = null;
        exchange.ended().complete(Optional.empty());
      }
    }
    return Ending.CLOSE;
  }

  /** Returns whether another answer can follow on the connection. */
  private boolean passAnswer(HttpHead head, Exchange exchange, InputStream fromServer)
      throws IOException {
    ProxiedRequest request = exchange.request();
    var relay =
        new HttpRelay(
            fromServer,
            toClient,
            limit(head, exchange.cut()),
            request.responseBytes,
            request.responseBody,
            holding);
    request.answered(head.status());
    byte[] raw = head.raw();
    relay.write(raw, raw.length);
    if (request.method().equals("HEAD") || head.status() == 204 || head.status() == 304) {
      return true;
    }
    if (head.isChunked()) {
      relay.copyChunks();
    } else if (head.contentLength().isPresent()) {
      relay.copyBody(head.contentLength().get());
    } else {
      relay.copyBodyToTheEnd();
      return false;
    }
    return true;
  }

  private static long limit(HttpHead head, Optional<Cut> cut) {
    if (cut.isEmpty() || cut.get().part() == Part.REQUEST) {
      return Long.MAX_VALUE;
    }
    long before = cut.get().part() == Part.RESPONSE_BODY ? head.text().length() : 0;
    return before + cut.get().bytes();
  }

  private boolean answer(ProxiedRequest request, Answer answer) throws IOException {
    // Who waits for "100 Continue" and gets an answer may send the body or not (RFC 9110, section
    // 10.1.1): what follows cannot be told apart, so that nothing may follow.
    boolean last = request.head().expectsContinue();
    if (!last) {
      var nowhere = OutputStream.nullOutputStream();
      var uncounted = new AtomicLong();
      copyRequestBody(
          new HttpRelay(fromClient, nowhere, Long.MAX_VALUE, uncounted, uncounted, holding),
          request.head());
    }
    byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
    var head = new StringBuilder("HTTP/1.1 " + answer.status() + " Injected\r\n");
    answer.headers().forEach((name, value) -> head.append(name + ": " + value + "\r\n"));
    head.append("Content-Length: " + body.length + "\r\n");
    head.append(last ? "Connection: close\r\n\r\n" : "\r\n");
    var bytes = head.toString().getBytes(StandardCharsets.ISO_8859_1);
    request.answered(answer.status());
    request.responseBytes.addAndGet(bytes.length);
    toClient.write(bytes);
    if (!request.method().equals("HEAD")) {
      request.responseBytes.addAndGet(body.length);
      request.responseBody.addAndGet(body.length);
      toClient.write(body);
    }
    if (last) {
      end(Ending.CLOSE);
    }
    return !last;
  }

  private void end(Ending ending) throws IOException {
    switch (ending) {
      case RESET -> {
        listener.reset(client);
        Socket connected = server;
        if (connected != null) {
          listener.reset(connected);
        }
      }
      case CLOSE -> {
        shutDownOutput();
        // Closing with bytes unread would send a RST, which overtakes what was said last.
        client.setSoTimeout(LINGER_MILLIS);
        discardWhatComes();
      }
      case HANG -> {
        hanging.incrementAndGet();
        try {
          discardWhatComes();
        } finally {
          hanging.decrementAndGet();
        }
      }
    }
  }

  private void discardWhatComes() throws IOException {
    try {
      fromClient.transferTo(OutputStream.nullOutputStream());
    } catch (InterruptedIOException patienceIsOver) {
      listener.reset(client);
    }
  }

  private void shutDownOutput() {
    try {
      client.shutdownOutput();
    } catch (IOException alreadyClosed) {
      // Then it is as it should be.
    }
  }

  @Override
  public void close() {
    listener.close(client);
    Socket connected = server;
    if (connected != null) {
      listener.close(connected);
    }
  }
}
