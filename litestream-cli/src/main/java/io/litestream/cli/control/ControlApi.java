package io.litestream.cli.control;

import io.litestream.cli.output.JsonTree;
import io.litestream.cli.running.NotReplicatedException;
import io.litestream.cli.running.RunningDatabases;
import io.litestream.core.DatabaseOptions;
import io.litestream.core.DatabaseStatus;
import io.litestream.core.ReplicaOptions;
import io.litestream.core.Replication;
import io.litestream.core.position.Position;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What can be asked of a running process, and told to it. Paths, fields and words are those of
 * Litestream v0.5; where v0.5 has the number of a transaction, there is a position: {@code
 * generation}, {@code index} and {@code offset}. All methods may be called by any thread.
 */
public final class ControlApi {

  private static final Logger log = LoggerFactory.getLogger(ControlApi.class);

  private static final int DEFAULT_SECONDS = 30;
  private static final int MAX_SECONDS = 3600;

  private final RunningDatabases databases;
  private final String version;
  private final Clock clock;
  private final Instant startedAt;
  private final Map<String, Action> actions =
      Map.of(
          "GET /info", request -> info(),
          "GET /list", request -> list(),
          "POST /sync", this::sync,
          "POST /start", this::start,
          "POST /stop", this::stop,
          "POST /register", this::register,
          "POST /unregister", this::unregister);

  /**
   * @param version of this program
   */
  public ControlApi(RunningDatabases databases, String version, Clock clock) {
    this.databases = databases;
    this.version = version;
    this.clock = clock;
    this.startedAt = clock.instant();
  }

  /**
   * An answer.
   *
   * @param status of HTTP
   */
  record Answer(int status, Map<String, Object> json) {

    static Answer error(int status, String message) {
      return new Answer(status, Map.of("error", message));
    }
  }

  private interface Action {
    Map<String, Object> run(JsonTree request) throws IOException, InterruptedException;
  }

  /** Does what a request says; never throws for anything that a request can cause. */
  Answer answer(HttpMessage request) {
    String[] words = request.startLine().split(" ", -1);
    if (words.length != 3 || !words[2].startsWith("HTTP/1.")) {
      return Answer.error(400, "not an HTTP/1.1 request");
    }
    Action action = actions.get(words[0] + " " + words[1]);
    if (action == null) {
      boolean known = actions.keySet().stream().anyMatch(each -> each.endsWith(" " + words[1]));
      return known
          ? Answer.error(405, "not with " + words[0])
          : Answer.error(404, "there is no " + words[1]);
    }
    try {
      JsonTree body = JsonTree.parse(words[0].equals("GET") ? "{}" : request.body());
      return run(action, body);
    } catch (IOException e) {
      return Answer.error(400, "invalid request body: not a JSON object");
    }
  }

  private static Answer run(Action action, JsonTree body) {
    try {
      return new Answer(200, action.run(body));
    } catch (IllegalArgumentException e) {
      return Answer.error(400, String.valueOf(e.getMessage()));
    } catch (IllegalStateException e) {
      return Answer.error(409, String.valueOf(e.getMessage()));
    } catch (NotReplicatedException e) {
      return Answer.error(404, String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Answer.error(503, "litestream is shutting down");
    } catch (IOException | RuntimeException e) {
      return Answer.error(500, String.valueOf(e.getMessage()));
    }
  }

  private Map<String, Object> info() {
    Map<String, Object> info = new LinkedHashMap<>();
    info.put("version", version);
    info.put("pid", ProcessHandle.current().pid());
    info.put("uptime_seconds", Duration.between(startedAt, clock.instant()).toSeconds());
    info.put("started_at", startedAt.toString());
    info.put("database_count", databases.states().size());
    return info;
  }

  private Map<String, Object> list() {
    List<Map<String, Object>> list = new ArrayList<>();
    databases
        .states()
        .forEach(
            (path, state) -> {
              Map<String, Object> database = new LinkedHashMap<>();
              database.put("path", path.toString());
              database.put("status", state.name().toLowerCase(Locale.ROOT));
              lastSync(path).ifPresent(at -> database.put("last_sync_at", at.toString()));
              list.add(database);
            });
    return Map.of("databases", list);
  }

  /** When the last of its replicas had everything. */
  private Optional<Instant> lastSync(Path path) {
    List<DatabaseStatus.Replica> replicas =
        databases.find(path).map(each -> each.status().replicas()).orElse(List.of());
    return replicas.stream().allMatch(replica -> replica.lastSync().isPresent())
        ? replicas.stream().flatMap(replica -> replica.lastSync().stream()).min(Instant::compareTo)
        : Optional.empty();
  }

  private Map<String, Object> sync(JsonTree request) throws IOException, InterruptedException {
    Path path = path(request);
    Optional<Replication> found = databases.find(path);
    if (found.isEmpty() && databases.states().containsKey(path)) {
      throw new IllegalStateException("database is not being replicated: " + path);
    }
    Replication replication = found.orElseThrow(() -> new NotReplicatedException(path));
    Duration timeout = timeout(request);
    boolean wait = request.isTrue("wait");
    DatabaseStatus before = replication.status();
    if (wait) {
      replication.sync(timeout);
    } else {
      replication.copy(timeout);
      inBackground(replication, timeout);
    }
    DatabaseStatus after = replication.status();
    boolean changed = !isComplete(before) || !after.position().equals(before.position());
    String copied = wait ? "synced" : "synced_local";
    Map<String, Object> answer = done(changed ? copied : "no_change", request);
    after.position().ifPresent(position -> put(answer, position, after.replicas()));
    return answer;
  }

  /** Whether every replica has all that has been copied. */
  private static boolean isComplete(DatabaseStatus status) {
    return status.replicas().stream()
        .allMatch(replica -> replica.lagBytes() == 0 && replica.lag().isZero());
  }

  private static void inBackground(Replication replication, Duration timeout) {
    Thread thread =
        new Thread(
            () -> {
              try {
                replication.sync(timeout);
              } catch (IOException e) {
                log.atWarn()
                    .addKeyValue("db", replication.database())
                    .setCause(e)
                    .log("sync by hand");
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "litestream-control-sync");
    thread.setDaemon(true);
    thread.start();
  }

  private static void put(
      Map<String, Object> answer, Position copied, List<DatabaseStatus.Replica> replicas) {
    answer.put("generation", copied.generation().name());
    answer.put("index", copied.index());
    answer.put("offset", copied.offset());
    List<Position> reached =
        replicas.stream()
            .flatMap(replica -> replica.position().stream())
            .filter(position -> position.generation().equals(copied.generation()))
            .sorted(Comparator.comparingInt(Position::index).thenComparingLong(Position::offset))
            .toList();
    if (!reached.isEmpty() && reached.size() == replicas.size()) {
      answer.put("replicated_index", reached.get(0).index());
      answer.put("replicated_offset", reached.get(0).offset());
    }
  }

  private Map<String, Object> start(JsonTree request) throws IOException {
    return done(databases.resume(path(request)) ? "started" : "already_running", request);
  }

  private Map<String, Object> stop(JsonTree request) throws IOException, InterruptedException {
    boolean isNew = databases.stop(path(request), timeout(request));
    return done(isNew ? "stopped" : "already_stopped", request);
  }

  private Map<String, Object> register(JsonTree request) throws IOException {
    Path path = path(request);
    String url =
        request
            .text("replica_url")
            .filter(text -> !text.isEmpty())
            .orElseThrow(() -> new IllegalArgumentException("replica_url required"));
    ReplicaOptions replica;
    try {
      replica = ReplicaOptions.of(url);
    } catch (IOException e) {
      throw new IllegalArgumentException("invalid replica url: " + e.getMessage(), e);
    }
    boolean isNew = databases.register(DatabaseOptions.of(path, replica));
    return done(isNew ? "registered" : "already_registered", request);
  }

  private Map<String, Object> unregister(JsonTree request)
      throws IOException, InterruptedException {
    boolean wasThere = databases.unregister(path(request), timeout(request));
    return done(wasThere ? "unregistered" : "already_unregistered", request);
  }

  private static Map<String, Object> done(String status, JsonTree request) {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("status", status);
    answer.put("path", path(request).toString());
    return answer;
  }

  private static Path path(JsonTree request) {
    String text =
        request
            .text("path")
            .filter(each -> !each.isEmpty())
            .orElseThrow(() -> new IllegalArgumentException("path required"));
    try {
      Path path = Path.of(text);
      if (!path.isAbsolute()) {
        // The directory that it would be relative to is that of another process.
        throw new IllegalArgumentException("path must be absolute: " + text);
      }
      return path.normalize();
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException("invalid path: " + e.getReason(), e);
    }
  }

  private static Duration timeout(JsonTree request) {
    BigDecimal seconds =
        request
            .number("timeout")
            .filter(each -> each.signum() != 0)
            .orElse(BigDecimal.valueOf(DEFAULT_SECONDS));
    if (seconds.compareTo(BigDecimal.ONE) < 0
        || seconds.compareTo(BigDecimal.valueOf(MAX_SECONDS)) > 0) {
      throw new IllegalArgumentException("timeout is from 1 to " + MAX_SECONDS + " seconds");
    }
    return Duration.ofSeconds(seconds.intValue());
  }
}
