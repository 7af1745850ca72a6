package io.litestream.cli.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream.cli.config.ListenAddress;
import io.litestream.cli.monitor.StatusDocument.RunningProcess;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class MonitorServerTest {

  private static final ListenAddress ANY_PORT = new ListenAddress("", 0);

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private volatile WatchedSample sample = new WatchedSample();
  private MonitorServer server;
  private Pages pages;

  @BeforeEach
  void setUp() throws IOException {
    server = start(ANY_PORT);
    pages = new Pages(server.address());
  }

  private MonitorServer start(ListenAddress address) throws IOException {
    return MonitorServer.start(
        address,
        registry,
        () -> Health.of(List.of(sample.get()), Duration.ofMinutes(5)),
        () ->
            new StatusDocument(
                Optional.of(
                    new RunningProcess(
                        "v1", 42, WatchedSample.NOW, WatchedSample.NOW.plusSeconds(3))),
                Duration.ofMinutes(5),
                List.of(sample.get()),
                new RequestTally()));
  }

  @AfterEach
  void tearDown() {
    server.close();
  }

  @Test
  void onlyThisMachineCanConnectUnlessToldOtherwise() {
    assertThat(server.address().getAddress().isLoopbackAddress()).isTrue();
  }

  @Test
  void healthFailsWhileAReplicaIsTooFarBehind() throws Exception {
    assertThat(pages.get("/healthz").statusCode()).isEqualTo(200);
    sample = new WatchedSample().lag(Duration.ofHours(1));

    HttpResponse<String> answer = pages.get("/healthz");

    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.body())
        .isEqualTo("/app.db: replica 's3' is 1h0m0s behind, more than 5m10s\n");
    sample = new WatchedSample();
    assertThat(pages.get("/healthz").body()).isEqualTo("ok\n");
  }

  @Test
  void readinessWaitsForTheFirstSync() throws Exception {
    sample = new WatchedSample().neverSynced();
    assertThat(pages.get("/readyz").statusCode()).isEqualTo(503);
    sample = new WatchedSample();
    assertThat(pages.get("/readyz").statusCode()).isEqualTo(200);
  }

  @Test
  void statusIsJsonWithoutSettings() throws Exception {
    sample = new WatchedSample().error("refused", WatchedSample.NOW);

    HttpResponse<String> answer = pages.get("/api/status");

    assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
    assertThat(answer.body())
        .contains("\"version\" : \"v1\"", "\"pid\" : 42", "\"uptime_seconds\" : 3.0")
        .contains("\"path\" : \"/app.db\"", "\"generation\" : \"4c994ccc40a5ba03\"")
        .contains("\"lag_bytes\" : 4120", "\"error\" : \"refused\"")
        .contains("\"retry_at\" : \"2026-01-02T03:04:05Z\"")
        .contains("\"failed_deletes\" : 3", "\"AccessDenied\" : 3")
        .contains("\"last_pass\" : \"2026-11-25T11:00:00Z\"")
        .doesNotContain(WatchedSample.SECRET, "secret");
  }

  @Test
  void oneDatabaseCanBeAskedFor() throws Exception {
    assertThat(pages.get("/api/status?db=%2Fapp.db").body()).contains("\"path\" : \"/app.db\"");
    assertThat(pages.get("/api/status?db=%2Fother.db").body()).doesNotContain("/app.db");
    assertThat(pages.get("/api/status?db=%25zz").body()).doesNotContain("/app.db");
  }

  @Test
  void metricsComeInTheFormatThatIsAskedFor() throws Exception {
    Counter.builder().name("some_total").help("h").register(registry).inc();

    assertThat(pages.get("/metrics").body())
        .contains("# TYPE some_total counter\nsome_total 1.0\n");
    HttpResponse<String> open =
        pages.send("GET", "/metrics", "application/openmetrics-text; version=1.0.0");
    assertThat(open.headers().firstValue("Content-Type").orElse(""))
        .startsWith("application/openmetrics-text");
    assertThat(open.body()).endsWith("# EOF\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS"})
  void nothingCanBeChanged(String method) throws Exception {
    HttpResponse<String> answer = pages.send(method, "/metrics", "*/*");

    assertThat(answer.statusCode()).isEqualTo(405);
    assertThat(answer.headers().firstValue("Allow")).contains("GET, HEAD");
  }

  @Test
  void headHasNoBody() throws Exception {
    HttpResponse<String> answer = pages.send("HEAD", "/healthz", "*/*");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/x", "/metrics/x", "/metricsx", "/api", "/api/status/../../x"})
  void thereAreNoOtherPages(String path) throws Exception {
    assertThat(pages.get(path).statusCode()).isEqualTo(404);
  }

  @Test
  void clientsThatSayNothingDoNotKeepOthersOut() throws Exception {
    List<Socket> silent = new ArrayList<>();
    try {
      for (int i = 0; i < 40; i++) {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.address().getPort());
        silent.add(socket);
        socket
            .getOutputStream()
            .write("GET /metrics HTTP/1.1\r\nX-".getBytes(StandardCharsets.US_ASCII));
      }
      assertThat(pages.get("/healthz").statusCode()).isEqualTo(200);
    } finally {
      for (Socket socket : silent) {
        socket.close();
      }
    }
  }

  @Test
  void aPortThatIsTakenIsAnErrorThatNamesIt() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      ListenAddress address = new ListenAddress("127.0.0.1", taken.getLocalPort());

      assertThatThrownBy(() -> start(address))
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith("cannot listen on 127.0.0.1:" + taken.getLocalPort());
    }
  }
}
