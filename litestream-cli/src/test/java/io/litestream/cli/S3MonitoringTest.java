package io.litestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream.cli.process.StopSignal;
import io.litestream.testkit.HttpFault;
import io.litestream.testkit.HttpFaultProxy;
import io.litestream.testkit.ProxiedRequest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The command against a server that speaks S3, from the socket to what an operator sees: counts.
 */
@Timeout(120)
class S3MonitoringTest {

  /** What S3 calls an operation, by what it is called in the metrics. */
  private static final Map<String, Predicate<ProxiedRequest>> ON_THE_WIRE =
      Map.of(
          "PUT", request -> request.method().equals("PUT"),
          "GET", request -> request.method().equals("GET") && !isList(request),
          "LIST", S3MonitoringTest::isList,
          "DELETE", request -> request.query().contains("delete"));

  private static boolean isList(ProxiedRequest request) {
    return request.method().equals("GET") && request.query().contains("list-type=2");
  }

  @TempDir Path directory;

  private final HttpClient client = HttpClient.newHttpClient();
  private S3Server server;
  private Path database;
  private CommandLineRun replicate;
  private CompletableFuture<Integer> code = CompletableFuture.completedFuture(0);
  private String address = "";

  @BeforeEach
  void setUp() throws Exception {
    server = S3Server.start();
    database = SampleReplica.create(directory).database();
    replicate = new CommandLineRun(directory).at(Clock.systemUTC());
  }

  @AfterEach
  void tearDown() throws Exception {
    if (!code.isDone()) {
      replicate.send(StopSignal.TERM);
    }
    code.join();
    server.close();
  }

  private void replicate() throws Exception {
    Path config =
        Files.writeString(
            directory.resolve("litestream.yml"),
            "addr: 127.0.0.1:0\nlogging: {stderr: true}\ndbs: [{path: ~/app.db, replicas: [%s]}]\n"
                .formatted(server.replica("")));
    code = CompletableFuture.supplyAsync(() -> replicate.run("replicate", "-config", config));
    address = replicate.awaitErr("url=(http://[0-9.:]+)/metrics", code).group(1);
  }

  private String page(String path) throws Exception {
    return client
        .send(
            HttpRequest.newBuilder(URI.create(address + path)).build(),
            HttpResponse.BodyHandlers.ofString())
        .body();
  }

  private void awaitPage(String path, Predicate<String> condition) throws Exception {
    Wait.until(path, Wait.LIMIT, () -> page(path), () -> condition.test(page(path)));
  }

  private void insert() throws SQLException {
    try (Connection c = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement s = c.createStatement()) {
      s.execute("INSERT INTO t VALUES (randomblob(20000))");
    }
  }

  private static long counted(String metrics, String name, String operation) {
    Matcher line =
        Pattern.compile(
                "^" + name + "\\{operation=\"" + operation + "\",replica_type=\"s3\"} ([0-9.E]+)$",
                Pattern.MULTILINE)
            .matcher(metrics);
    return line.find() ? (long) Double.parseDouble(line.group(1)) : 0;
  }

  @Test
  void countsAgreeWithWhatIsOnTheWire() throws Exception {
    HttpFaultProxy proxy = server.proxy();
    proxy.onNth(2, request -> request.method().equals("PUT"), HttpFault.answer(503, Duration.ZERO));
    proxy.onNth(1, S3MonitoringTest::isList, HttpFault.answer(500, Duration.ZERO));
    replicate();
    awaitPage("/readyz", "ok\n"::equals);
    for (int i = 0; i < 3; i++) {
      insert();
    }
    awaitPage(
        "/api/status", body -> body.contains("\"lag_bytes\" : 0,") && body.contains("\"DELETE\""));
    replicate.awaitErr("replica checked", code);

    // Nothing is sent any more: an idle replica costs no request.
    int before;
    String metrics;
    do {
      before = proxy.requests().size();
      metrics = page("/metrics");
    } while (proxy.requests().size() != before);
    for (Map.Entry<String, Predicate<ProxiedRequest>> operation : ON_THE_WIRE.entrySet()) {
      assertThat(counted(metrics, "litestream_replica_operation_total", operation.getKey()))
          .as("%s of %s", operation.getKey(), proxy.requests())
          .isEqualTo(proxy.count(operation.getValue()))
          .isPositive();
    }
    assertThat(counted(metrics, "litestream_replica_operation_total", "PUT")).isGreaterThan(2);
    assertThat(counted(metrics, "litestream_replica_operation_bytes", "GET"))
        .isEqualTo(
            proxy.requests().stream()
                .filter(ON_THE_WIRE.get("GET"))
                .mapToLong(ProxiedRequest::responseBody)
                .sum());
    assertThat(counted(metrics, "litestream_replica_operation_errors_total", "PUT")).isEqualTo(1);
    assertThat(counted(metrics, "litestream_replica_operation_errors_total", "LIST")).isEqualTo(1);
  }

  @Test
  void bytesAgreeWithWhatIsOnTheWire() throws Exception {
    replicate();
    awaitPage("/readyz", "ok\n"::equals);
    insert();
    awaitPage("/api/status", body -> body.contains("\"lag_bytes\" : 0,"));
    replicate.awaitErr("replica checked", code);

    String metrics = page("/metrics");

    assertThat(counted(metrics, "litestream_replica_operation_bytes", "PUT"))
        .isEqualTo(
            server.proxy().requests().stream()
                .filter(request -> request.method().equals("PUT"))
                .mapToLong(ProxiedRequest::requestBody)
                .sum());
  }
}
