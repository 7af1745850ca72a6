package io.litestream.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What passes the proxy, and what does not, between the JDK's own client and server. */
@Timeout(60)
class HttpFaultProxyTest {

  /** What came to the server. */
  private record Received(String host, int length) {}

  private final Queue<Received> received = new ConcurrentLinkedQueue<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private HttpServer server;
  private HttpFaultProxy proxy;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::echo);
    server.start();
    proxy = HttpFaultProxy.before(server.getAddress());
  }

  @AfterEach
  void stop() throws IOException {
    proxy.close();
    server.stop(0);
    threads.shutdownNow();
  }

  /** Answers with the request's body, in chunks if the path says so. */
  private void echo(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      received.add(new Received(exchange.getRequestHeaders().getFirst("Host"), body.length));
      boolean chunked = exchange.getRequestURI().getPath().equals("/chunked");
      boolean head = exchange.getRequestMethod().equals("HEAD");
      exchange.sendResponseHeaders(200, chunked ? 0 : body.length == 0 || head ? -1 : body.length);
      if (!head) {
        exchange.getResponseBody().write(body);
      }
    }
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + proxy.port() + path));
  }

  private HttpResponse<byte[]> put(String path, byte[] body)
      throws IOException, InterruptedException {
    return client.send(
        request(path).PUT(BodyPublishers.ofByteArray(body)).build(), BodyHandlers.ofByteArray());
  }

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  @Test
  void passesBodiesWithALengthOnConnectionsThatAreKept() throws Exception {
    for (int length : List.of(0, 1, 100, 300_000)) {
      assertThat(put("/", random(length)).body()).isEqualTo(random(length));
    }
    assertThat(received).extracting(Received::length).containsExactly(0, 1, 100, 300_000);
    assertThat(received).extracting(Received::host).containsOnly("127.0.0.1:" + proxy.port());
    assertThat(proxy.connections()).isEqualTo(1);
    assertThat(proxy.count("PUT")).isEqualTo(4);
  }

  @Test
  void passesChunksInBothDirections() throws Exception {
    byte[] body = random(200_000);
    var chunked = BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body));
    var answer = client.send(request("/chunked").PUT(chunked).build(), BodyHandlers.ofByteArray());
    assertThat(answer.headers().firstValue("Transfer-Encoding")).contains("chunked");
    assertThat(answer.body()).isEqualTo(body);
    assertThat(proxy.requests().get(0).requestBody()).isEqualTo(body.length);
    assertThat(proxy.requests().get(0).responseBody()).isEqualTo(body.length);
    assertThat(proxy.requests().get(0).requestBytes()).isGreaterThan(body.length);
    assertThat(put("/chunked", body).body()).isEqualTo(body);
    assertThat(proxy.connections()).isEqualTo(1);
  }

  @Test
  void passesTheAnswerToAHeadRequest() throws Exception {
    var head = request("/").method("HEAD", BodyPublishers.noBody()).build();
    assertThat(client.send(head, BodyHandlers.discarding()).statusCode()).isEqualTo(200);
    assertThat(put("/", random(10)).body()).isEqualTo(random(10));
  }

  @Test
  void passesTheWaitForContinue() throws Exception {
    var request =
        request("/").expectContinue(true).PUT(BodyPublishers.ofByteArray(random(1000))).build();
    for (int i = 0; i < 3; i++) {
      assertThat(client.send(request, BodyHandlers.ofByteArray()).body()).isEqualTo(random(1000));
    }
  }

  @Test
  void tellsMethodPathQueryHeadersSizesAndStatus() throws Exception {
    client.send(
        request("/a%20b?list-type=2&prefix=x%2F").header("X-Amz-Date", "today").build(),
        BodyHandlers.ofByteArray());
    ProxiedRequest request = proxy.requests().get(0);
    assertThat(request.method()).isEqualTo("GET");
    assertThat(request.path()).isEqualTo("/a%20b");
    assertThat(request.query()).isEqualTo("list-type=2&prefix=x%2F");
    assertThat(request.header("x-amz-date")).isEqualTo("today");
    assertThat(request.header("missing")).isEmpty();
    assertThat(request.status()).isEqualTo(200);
    assertThat(request.number()).isEqualTo(1);
    assertThat(request.connection()).isEqualTo(1);
  }

  @Test
  void nextRequestsAreAnsweredInTheServersPlaceAndOnTheSameConnection() throws Exception {
    proxy.onNext(2, HttpFault.answer(503, Duration.ofSeconds(7)));
    for (int i = 0; i < 2; i++) {
      HttpResponse<byte[]> refused = put("/", random(1000));
      assertThat(refused.statusCode()).isEqualTo(503);
      assertThat(refused.headers().firstValue("Retry-After")).contains("7");
    }
    assertThat(received).isEmpty();
    assertThat(put("/", random(1000)).statusCode()).isEqualTo(200);
    assertThat(proxy.connections()).isEqualTo(1);
    assertThat(proxy.requests()).extracting(ProxiedRequest::status).containsExactly(503, 503, 200);
  }

  @Test
  void answersWithTheBodyOfAServersError() throws Exception {
    proxy.onNext(
        1,
        HttpFault.answer(
            500, Map.of("Content-Type", "application/xml"), "<Code>InternalError</Code>"));
    HttpResponse<String> answer = client.send(request("/").build(), BodyHandlers.ofString());
    assertThat(answer.statusCode()).isEqualTo(500);
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/xml");
    assertThat(answer.body()).isEqualTo("<Code>InternalError</Code>");
  }

  @Test
  void refusesWhoWaitsForContinueAndServesTheNextRequest() throws Exception {
    proxy.onNext(1, HttpFault.answer(500));
    var request =
        request("/").expectContinue(true).PUT(BodyPublishers.ofByteArray(random(1000))).build();
    assertThat(client.send(request, BodyHandlers.ofByteArray()).statusCode()).isEqualTo(500);
    assertThat(client.send(request, BodyHandlers.ofByteArray()).body()).isEqualTo(random(1000));
    assertThat(received).hasSize(1);
  }

  @Test
  void nthRequestThatMatchesMeetsTheFault() throws Exception {
    proxy.onNth(2, request -> request.path().startsWith("/x"), HttpFault.answer(500));
    assertThat(put("/x1", random(1)).statusCode()).isEqualTo(200);
    assertThat(put("/y", random(1)).statusCode()).isEqualTo(200);
    assertThat(put("/x2", random(1)).statusCode()).isEqualTo(500);
    assertThat(put("/x3", random(1)).statusCode()).isEqualTo(200);
  }

  @Test
  void eachRequestThatMatchesMeetsTheFaultUntilItIsHealed() throws Exception {
    proxy.onEach(request -> request.method().equals("PUT"), HttpFault.answer(500));
    assertThat(put("/", random(1)).statusCode()).isEqualTo(500);
    assertThat(put("/", random(1)).statusCode()).isEqualTo(500);
    assertThat(client.send(request("/").build(), BodyHandlers.discarding()).statusCode())
        .isEqualTo(200);
    proxy.heal();
    assertThat(put("/", random(1)).statusCode()).isEqualTo(200);
  }

  @Test
  void requestThatIsCutNeverComesToItsEndAtTheServer() throws Exception {
    put("/", random(100_000));
    long whole = proxy.requests().get(0).requestBytes();
    for (long at : List.of(0L, 1L, 100L, whole / 2, whole - 1)) {
      received.clear();
      proxy.clearRequests();
      proxy.onNext(1, HttpFault.resetRequestAt(at));
      assertThatThrownBy(() -> put("/", random(100_000))).isInstanceOf(IOException.class);
      // The JDK's client sends a request again whose connection ends without a word.
      assertThat(proxy.requests().get(0).requestBytes()).isEqualTo(at);
      assertThat(proxy.requests().get(0).status()).isZero();
    }
    proxy.onNext(1, HttpFault.resetRequestAt(whole));
    assertThat(put("/", random(100_000)).body()).isEqualTo(random(100_000));
  }

  @Test
  void answerThatIsLostWasGiven() {
    proxy.onEach(request -> true, HttpFault.resetResponseAt(0));
    assertThatThrownBy(() -> put("/", random(1000))).isInstanceOf(IOException.class);
    assertThat(received).isNotEmpty();
    assertThat(proxy.requests().get(0).responseBytes()).isZero();
  }

  @Test
  void answerThatIsCutGivesItsFirstBytes() throws Exception {
    put("/", random(100_000));
    long whole = proxy.requests().get(0).responseBytes();
    for (long at : List.of(1L, 50L, whole / 2, whole - 1)) {
      proxy.clearRequests();
      proxy.onEach(request -> true, HttpFault.resetResponseAt(at));
      assertThatThrownBy(() -> put("/", random(100_000))).isInstanceOf(IOException.class);
      assertThat(proxy.requests().get(0).responseBytes()).isEqualTo(at);
      proxy.heal();
    }
  }

  @Test
  void truncatedBodyEndsInOrder() throws Exception {
    proxy.onNext(1, HttpFault.truncateBodyAt(500));
    HttpResponse<InputStream> answer =
        client.send(
            request("/").PUT(BodyPublishers.ofByteArray(random(1000))).build(),
            BodyHandlers.ofInputStream());
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body().readNBytes(500)).hasSize(500);
    assertThatThrownBy(() -> answer.body().read()).isInstanceOf(IOException.class);
    assertThat(proxy.requests().get(0).responseBody()).isEqualTo(500);
  }

  @Test
  void hangingIsSilence() throws Exception {
    proxy.onNext(1, HttpFault.hang());
    var impatient = request("/").timeout(Duration.ofMillis(200)).build();
    assertThatThrownBy(() -> client.send(impatient, BodyHandlers.discarding()))
        .isInstanceOf(HttpTimeoutException.class);
    assertThat(received).isEmpty();
    assertThat(client.send(request("/").build(), BodyHandlers.discarding()).statusCode())
        .isEqualTo(200);
  }

  @Test
  void hangingInABodyIsSilenceAfterItsFirstBytes() throws Exception {
    proxy.onNext(1, HttpFault.hangInBodyAt(500));
    HttpResponse<InputStream> answer =
        client.send(
            request("/").PUT(BodyPublishers.ofByteArray(random(1000))).build(),
            BodyHandlers.ofInputStream());
    assertThat(answer.body().readNBytes(500)).hasSize(500);
    var rest =
        threads.submit(
            () -> {
              try {
                return answer.body().read();
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    assertThatThrownBy(() -> rest.get(200, TimeUnit.MILLISECONDS))
        .isInstanceOf(TimeoutException.class);
    proxy.close();
    assertThatThrownBy(rest::get).hasRootCauseInstanceOf(IOException.class);
  }

  @Test
  void hangHoldsUpWhatIsUnderWayUntilItIsLetGo() throws Exception {
    byte[] body = random(20_000_000);
    HttpResponse<InputStream> answer =
        client.send(
            request("/").PUT(BodyPublishers.ofByteArray(body)).build(),
            BodyHandlers.ofInputStream());
    byte[] first = answer.body().readNBytes(500);
    StoreHold hold = proxy.hang();
    var rest = threads.submit(() -> answer.body().readAllBytes());
    assertThat(hold.awaitReached(Duration.ofSeconds(30))).isTrue();
    assertThatThrownBy(() -> rest.get(200, TimeUnit.MILLISECONDS))
        .isInstanceOf(TimeoutException.class);
    hold.release();
    assertThat(first).isEqualTo(Arrays.copyOf(body, 500));
    assertThat(rest.get()).isEqualTo(Arrays.copyOfRange(body, 500, body.length));
  }

  @Test
  void delaysAddUpAndTheRequestIsServed() throws Exception {
    proxy.onNext(1, HttpFault.delay(Duration.ofMillis(100)));
    proxy.onNext(1, HttpFault.delay(Duration.ofMillis(150)));
    long started = System.nanoTime();
    assertThat(put("/", random(10)).body()).isEqualTo(random(10));
    assertThat(System.nanoTime() - started).isGreaterThanOrEqualTo(250_000_000);
  }

  @Test
  void nothingIsServedAfterTheEnd() throws Exception {
    put("/", random(10));
    proxy.close();
    assertThatThrownBy(() -> put("/", random(10))).isInstanceOf(IOException.class);
  }

  @Test
  void earlyAnswerArrivesThoughTheServerDoesNotReadTheBody() throws Exception {
    server.createContext(
        "/full",
        exchange -> {
          exchange.getResponseHeaders().add("Connection", "close");
          exchange.sendResponseHeaders(507, -1);
          exchange.close();
        });
    assertThat(put("/full", random(1000)).statusCode()).isEqualTo(507);
    assertThat(put("/", random(10)).body()).isEqualTo(random(10));
  }
}
