package io.litestream.cli.monitor;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.litestream.core.DatabaseStatus;
import io.litestream.core.ReplicaOptions;
import io.litestream.core.position.Position;
import io.litestream.spi.RequestObserver.Operation;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Where every database and replica stands, as JSON. Holds paths, names and errors, and no setting
 * of a replica: one may be a secret.
 *
 * @param process the one that replicates; empty if the facts are read off files and replicas
 * @param maxLag as for {@link Health#of}
 * @param requests since the process began
 */
public record StatusDocument(
    Optional<RunningProcess> process,
    Duration maxLag,
    List<Watched> databases,
    RequestTally requests) {

  /**
   * The process that replicates.
   *
   * @param now when it said what follows
   */
  public record RunningProcess(String version, long pid, Instant startedAt, Instant now) {}

  /** With one of the databases alone, or none if it is not there. */
  StatusDocument only(String path) {
    return new StatusDocument(
        process,
        maxLag,
        databases.stream().filter(database -> database.name().equals(path)).toList(),
        requests);
  }

  /** Writes one JSON object; does not close the writer. */
  public void writeTo(Writer out) throws IOException {
    try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
      json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
      json.useDefaultPrettyPrinter();
      json.writeStartObject();
      writeProcess(json);
      Health health = Health.of(databases, maxLag);
      json.writeBooleanField("healthy", health.isHealthy());
      if (process.isPresent()) {
        json.writeBooleanField("ready", health.isReady());
      }
      json.writeNumberField("max_lag_seconds", seconds(maxLag));
      json.writeArrayFieldStart("databases");
      for (Watched database : databases) {
        writeDatabase(json, database);
      }
      json.writeEndArray();
      json.writeEndObject();
    }
  }

  private void writeProcess(JsonGenerator json) throws IOException {
    json.writeStringField("source", process.isPresent() ? "process" : "files");
    if (process.isPresent()) {
      RunningProcess running = process.get();
      json.writeStringField("version", running.version());
      json.writeNumberField("pid", running.pid());
      json.writeStringField("started_at", running.startedAt().toString());
      json.writeNumberField(
          "uptime_seconds", seconds(Duration.between(running.startedAt(), running.now())));
    }
  }

  private void writeDatabase(JsonGenerator json, Watched database) throws IOException {
    DatabaseStatus status = database.status();
    Path path = database.options().path();
    json.writeStartObject();
    json.writeStringField("path", database.name());
    json.writeBooleanField("present", status.present());
    writeSize(json, "database_bytes", path);
    writeSize(json, "wal_bytes", path.resolveSibling(path.getFileName() + "-wal"));
    writePosition(json, status.position());
    writeText(json, "error", status.error());
    json.writeArrayFieldStart("replicas");
    List<ReplicaOptions> options = new ArrayList<>();
    database.forEachReplica((option, replica) -> options.add(option));
    for (int i = 0; i < options.size(); i++) {
      writeReplica(json, path, options.get(i), status.replicas().get(i));
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private void writeReplica(
      JsonGenerator json, Path database, ReplicaOptions options, DatabaseStatus.Replica replica)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("name", replica.name());
    json.writeStringField("type", options.type());
    json.writeBooleanField("healthy", Health.isHealthy(options, replica, maxLag));
    writePosition(json, replica.position());
    json.writeNumberField("lag_seconds", seconds(replica.lag()));
    json.writeNumberField("lag_bytes", replica.lagBytes());
    writeText(json, "last_sync", replica.lastSync().map(Instant::toString));
    json.writeNumberField("sync_interval_seconds", seconds(options.syncInterval()));
    writeText(json, "error", replica.error());
    writeText(json, "retry_at", replica.retryAt().map(Instant::toString));
    writeRetention(json, replica.retention());
    writeDrill(json, replica.drill());
    if (replica.lease().isPresent()) {
      writeLease(json, replica.lease().get());
    }
    if (process.isPresent()) {
      json.writeObjectFieldStart("requests");
      for (Map.Entry<Operation, RequestTally.Count> count :
          requests.of(database, replica.name()).entrySet()) {
        json.writeObjectFieldStart(count.getKey().name());
        json.writeNumberField("count", count.getValue().requests());
        json.writeNumberField("bytes", count.getValue().bytes());
        json.writeEndObject();
      }
      json.writeEndObject();
    }
    json.writeEndObject();
  }

  private static void writePosition(JsonGenerator json, Optional<Position> position)
      throws IOException {
    if (position.isPresent()) {
      json.writeStringField("generation", position.get().generation().name());
      json.writeNumberField("index", position.get().index());
      json.writeNumberField("offset", position.get().offset());
    }
  }

  private static void writeRetention(JsonGenerator json, DatabaseStatus.Retention retention)
      throws IOException {
    json.writeObjectFieldStart("retention");
    writeText(json, "last_snapshot", retention.lastSnapshot().map(Instant::toString));
    writeText(json, "last_pass", retention.lastPass().map(Instant::toString));
    writeText(json, "error", retention.error());
    json.writeNumberField("failed_deletes", retention.failedDeletes());
    json.writeObjectFieldStart("failed_codes");
    for (Map.Entry<String, Integer> code : new TreeMap<>(retention.failedCodes()).entrySet()) {
      json.writeNumberField(code.getKey(), code.getValue());
    }
    json.writeEndObject();
    json.writeEndObject();
  }

  private static void writeDrill(JsonGenerator json, DatabaseStatus.Drill drill)
      throws IOException {
    if (drill.last().isEmpty() && drill.next().isEmpty()) {
      return;
    }
    json.writeObjectFieldStart("drill");
    if (drill.last().isPresent()) {
      json.writeStringField("last", drill.last().get().toString());
      json.writeBooleanField("passed", drill.error().isEmpty());
      json.writeNumberField("seconds", seconds(drill.elapsed()));
    }
    writeText(json, "error", drill.error());
    writeText(json, "next", drill.next().map(Instant::toString));
    json.writeEndObject();
  }

  private static void writeLease(JsonGenerator json, DatabaseStatus.Lease lease)
      throws IOException {
    json.writeObjectFieldStart("lease");
    json.writeBooleanField("held", lease.held());
    json.writeNumberField("epoch", lease.epoch());
    writeText(json, "holder", lease.holder());
    json.writeEndObject();
  }

  private static void writeText(JsonGenerator json, String key, Optional<String> text)
      throws IOException {
    if (text.isPresent()) {
      json.writeStringField(key, text.get());
    }
  }

  private static void writeSize(JsonGenerator json, String key, Path file) throws IOException {
    try {
      json.writeNumberField(key, Files.size(file));
    } catch (NoSuchFileException e) {
      // not there: no size
    }
  }

  private static double seconds(Duration duration) {
    return duration.toMillis() / 1e3;
  }
}
