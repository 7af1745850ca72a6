package io.litestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream.testkit.ProxiedRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the same work on a history of two hours costs in requests, here and with the peer, counted
 * by one proxy in front of one server. Prints the table in docs/benchmarks.md.
 */
@Tag("long")
@Timeout(300)
class RequestCountsTest {

  /** A segment a second. */
  private static final int SEGMENTS = 7_200;

  private static final int COMMITS = 20;

  @TempDir Path directory;

  private S3Server server;
  private Path database;
  private Connection application;

  /** What the names of the history's segments begin with. */
  private String history = "";

  private interface Program {
    LitestreamProcess replicate(Path directory, Path config) throws Exception;
  }

  /** By kind, those of the steps of the work. */
  private record Counts(
      Map<String, Long> place,
      Map<String, Long> start,
      Map<String, Long> steady,
      Map<String, Long> pass) {
    void print(String who) {
      System.out.printf("%s: find the place %s%n", who, place);
      System.out.printf("%s: start altogether %s%n", who, start);
      System.out.printf("%s: %d commits %s%n", who, COMMITS, steady);
      System.out.printf("%s: restart, and delete %d segments %s%n", who, SEGMENTS, pass);
    }
  }

  @BeforeEach
  void start() throws Exception {
    server = S3Server.start();
    database = directory.resolve("app.db");
    LiveWriter.createTable(database);
    application = DriverManager.getConnection("jdbc:sqlite:" + database);
    LiveWriter.insert(database, 1);
    try (Statement statement = application.createStatement()) {
      // It keeps the WAL, as long as it is there.
      DatabasePages.only(statement, "SELECT count(*) FROM t");
    }
  }

  @AfterEach
  void stop() throws Exception {
    application.close();
    server.close();
  }

  private static String kind(ProxiedRequest request) {
    if (request.query().contains("delete") || request.method().equals("DELETE")) {
      return "DELETE";
    }
    if (request.method().equals("GET") && request.query().contains("prefix=")) {
      return "LIST";
    }
    return request.method().equals("POST") ? "PUT" : request.method();
  }

  private Map<String, Long> counted() {
    return server.proxy().requests().stream()
        .collect(
            Collectors.groupingBy(RequestCountsTest::kind, TreeMap::new, Collectors.counting()));
  }

  private long segmentsSent() {
    return server
        .proxy()
        .count(request -> request.method().equals("PUT") && request.path().contains("/wal/"));
  }

  private Path config(String retention) throws Exception {
    return Files.writeString(
        directory.resolve("litestream.yml"),
        """
        check-on-start: false
        dbs:
          - path: %s
            monitor-interval: 50ms
            min-checkpoint-page-count: 20
            replicas: [%s]
        """
            .formatted(database, server.replica(", sync-interval: 100ms, " + retention)));
  }

  private Counts count(Program program) throws Exception {
    Path config = config("retention: 24h");
    try (LitestreamProcess process = program.replicate(directory, config)) {
      process.await("there are some indexes", this::hasIndexes);
    }
    String index = indexOf(snapshot().orElseThrow());
    // What came before the snapshot would be deleted first.
    server.names().stream()
        .filter(name -> name.contains("/wal/") && name.compareTo(index) < 0)
        .forEach(server::remove);
    history = index + "_1";
    for (int i = 0; i < SEGMENTS; i++) {
      server.put(history + "%07x.wal.lz4".formatted(i));
    }

    Map<String, Long> place;
    Map<String, Long> start;
    Map<String, Long> steady;
    server.proxy().clearRequests();
    LiveWriter.insert(database, 1);
    try (LitestreamProcess process = program.replicate(directory, config)) {
      process.await("it goes on", () -> segmentsSent() > 0);
      place =
          server.proxy().requests().stream()
              .takeWhile(request -> !kind(request).equals("PUT"))
              .collect(
                  Collectors.groupingBy(
                      RequestCountsTest::kind, TreeMap::new, Collectors.counting()));
      process.await("nothing more is asked", new Quiet());
      start = counted();
      server.proxy().clearRequests();
      for (int i = 0; i < COMMITS; i++) {
        long sent = segmentsSent();
        LiveWriter.insert(database, 1);
        process.await("it is uploaded", () -> segmentsSent() > sent);
      }
      steady = counted();
    }
    return new Counts(place, start, steady, pass(program));
  }

  /** Whether segments of some indexes have followed the snapshot's. */
  private boolean hasIndexes() throws Exception {
    LiveWriter.insert(database, 5);
    Optional<String> snapshot = snapshot();
    return snapshot.isPresent()
        && server.names().stream()
                .filter(name -> name.contains("/wal/"))
                .map(name -> name.replaceAll("_.*", ""))
                .filter(index -> index.compareTo(indexOf(snapshot.get())) > 0)
                .distinct()
                .count()
            > 4;
  }

  private Optional<String> snapshot() {
    return server.names().stream().filter(name -> name.contains("/snapshots/")).findFirst();
  }

  /** What the names of the segments of a snapshot's index begin with. */
  private static String indexOf(String snapshot) {
    return snapshot.replace("/snapshots/", "/wal/").replace(".snapshot.lz4", "");
  }

  /** Comes true when there was no request for longer than retention waits after the start. */
  private final class Quiet implements Wait.Condition {
    private int seen;
    private long since = System.nanoTime();

    @Override
    public boolean holds() {
      int now = server.proxy().requests().size();
      if (now != seen) {
        seen = now;
        since = System.nanoTime();
      }
      return System.nanoTime() - since > Duration.ofSeconds(7).toNanos();
    }
  }

  private Map<String, Long> pass(Program program) throws Exception {
    Path config = config("retention: 2s, retention-check-interval: 5s");
    server.proxy().clearRequests();
    try (LitestreamProcess process = program.replicate(directory, config)) {
      process.await(
          "the history is gone",
          () -> {
            LiveWriter.insert(database, 5);
            return server.names().stream().noneMatch(name -> name.startsWith(history));
          });
      return counted();
    }
  }

  private static long of(Map<String, Long> counts, String kind) {
    return counts.getOrDefault(kind, 0L);
  }

  @Test
  void ours() throws Exception {
    Counts counts =
        count((where, config) -> LitestreamProcess.ours(where, "replicate", "-config", config));
    counts.print("this project");

    assertThat(counts.place()).containsOnly(Map.entry("LIST", 1L), Map.entry("GET", 1L));
    assertThat(counts.steady()).containsOnlyKeys("PUT");
    // The place, snapshots, generations; a first pass that looks for leftovers, in two; another
    // that
    // looks at the snapshots again, and pages.
    assertThat(of(counts.pass(), "LIST")).isLessThanOrEqualTo(3 + 2 + 1 + 8);
    assertThat(of(counts.pass(), "DELETE")).isLessThanOrEqualTo(1 + 8);
  }

  @Test
  @EnabledIfEnvironmentVariable(
      named = LitestreamProcess.PEER,
      matches = ".+",
      disabledReason = "LITESTREAM_PEER does not name the peer's executable")
  void thePeers() throws Exception {
    Counts counts =
        count((where, config) -> LitestreamProcess.peer(where, "replicate", "-config", config));
    counts.print("v0.3.13");

    assertThat(of(counts.place(), "LIST")).isGreaterThan(7);
  }
}
