package io.litestream.cli.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.litestream.cli.Wait;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HeartbeatTest {

  private static final Duration INTERVAL = Duration.ofMillis(20);
  private static final Health HEALTHY = new Health(List.of(), List.of());

  private final AtomicInteger calls = new AtomicInteger();
  private final AtomicInteger judged = new AtomicInteger();
  private final Set<String> methods = ConcurrentHashMap.newKeySet();
  private volatile int answer = 200;
  private volatile Health health = HEALTHY;
  private HttpServer service;

  @BeforeEach
  void setUp() throws IOException {
    service = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    service.createContext(
        "/ping/secret",
        exchange -> {
          methods.add(exchange.getRequestMethod());
          exchange.sendResponseHeaders(answer, -1);
          exchange.close();
          calls.incrementAndGet();
        });
    service.start();
  }

  @AfterEach
  void tearDown() {
    service.stop(0);
  }

  private Heartbeat start() {
    return start(INTERVAL);
  }

  private Heartbeat start(Duration interval) {
    URI url = URI.create("http://127.0.0.1:" + service.getAddress().getPort() + "/ping/secret");
    return Heartbeat.start(
        url,
        interval,
        () -> {
          judged.incrementAndGet();
          return health;
        });
  }

  @Test
  void callsAgainAndAgainWhileAllIsWell() throws Exception {
    try (Heartbeat heartbeat = start()) {
      assertThat(heartbeat).isNotNull();
      Wait.until("called", () -> calls.get() >= 3);
    }
    assertThat(methods).containsExactly("GET");
  }

  @Test
  void aLongerIntervalIsWaitedFor() throws Exception {
    AtomicInteger often = new AtomicInteger();
    try (Heartbeat seldom = start(Duration.ofHours(1))) {
      assertThat(seldom).isNotNull();
      try (Heartbeat other =
          Heartbeat.start(
              URI.create("http://127.0.0.1:" + service.getAddress().getPort() + "/other"),
              INTERVAL,
              () -> {
                often.incrementAndGet();
                return health;
              })) {
        assertThat(other).isNotNull();
        Wait.until("called", () -> often.get() >= 3);
      }
      assertThat(judged).hasValue(0);
    }
  }

  @Test
  void isSilentWhileAReplicaIsBehind() throws Exception {
    health = new Health(List.of("/app.db: replica 's3' is 1h behind"), List.of());
    try (Heartbeat heartbeat = start()) {
      assertThat(heartbeat).isNotNull();
      Wait.until("judged", () -> judged.get() >= 5);
      assertThat(calls).hasValue(0);

      health = HEALTHY;
      Wait.until("called", () -> calls.get() >= 1);
    }
  }

  @Test
  void isSilentUntilEveryReplicaHasCaughtUp() throws Exception {
    health = new Health(List.of(), List.of("/app.db: replica 's3' has not caught up"));
    try (Heartbeat heartbeat = start()) {
      assertThat(heartbeat).isNotNull();
      Wait.until("judged", () -> judged.get() >= 5);
      assertThat(calls).hasValue(0);
    }
  }

  @Test
  void goesOnAfterARefusal() throws Exception {
    answer = 500;
    try (Heartbeat heartbeat = start()) {
      assertThat(heartbeat).isNotNull();
      Wait.until("called", () -> calls.get() >= 2);
    }
  }

  @Test
  void goesOnAfterAFailureOfOurs() throws Exception {
    try (Heartbeat heartbeat =
        Heartbeat.start(
            URI.create("http://127.0.0.1:" + service.getAddress().getPort() + "/ping/secret"),
            INTERVAL,
            () -> {
              if (judged.incrementAndGet() == 1) {
                throw new IllegalStateException("once");
              }
              return HEALTHY;
            })) {
      assertThat(heartbeat).isNotNull();
      Wait.until("called", () -> calls.get() >= 1);
    }
  }
}
