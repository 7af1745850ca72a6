package io.litestream.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.litestream.cli.config.GoDuration;
import io.litestream.cli.output.ByteCount;
import io.litestream.cli.output.Listing;
import io.litestream.core.position.Position;
import io.litestream.core.replica.LtxFile;
import io.litestream.core.restore.IntegrityCheck;
import io.litestream.core.restore.LtxPlan;
import io.litestream.core.restore.LtxRestoreResult;
import io.litestream.core.restore.RestorePlan;
import io.litestream.core.restore.RestoreResult;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Tells what a restore does: to people in sentences, to programs as JSON on standard output, and to
 * everyone else through the log.
 */
final class RestoreReport {

  private final Surroundings surroundings;
  private final Optional<Path> database;
  private final Path target;
  private final boolean json;
  private final boolean forPeople;
  private final Logger log = LoggerFactory.getLogger(RestoreReport.class);

  /**
   * @param database whose replica it is, for the log
   * @param forPeople whether sentences are wanted, in place of log lines
   */
  RestoreReport(
      Surroundings surroundings,
      Optional<Path> database,
      Path target,
      boolean json,
      boolean forPeople) {
    this.surroundings = surroundings;
    this.database = database;
    this.target = target;
    this.json = json;
    this.forPeople = forPeople;
  }

  /** There is nothing to do, and that is all right. */
  void skipped(String why) throws IOException {
    if (json) {
      print(object -> object.writeStringField("skipped", why));
    } else if (forPeople) {
      surroundings.out().println(why);
    } else {
      log.info(why);
    }
  }

  void begins(RestorePlan plan) {
    if (forPeople) {
      surroundings
          .err()
          .printf(
              "Restoring %s from replica '%s': %s%n",
              target, plan.replica().name(), describe(plan));
      return;
    }
    event(plan.replica().name())
        .addKeyValue("generation", plan.generation())
        .addKeyValue("index", plan.snapshot().index())
        .addKeyValue("path", target)
        .log("restoring snapshot");
    if (!plan.segments().isEmpty()) {
      event(plan.replica().name())
          .addKeyValue("generation", plan.generation())
          .addKeyValue("index_min", plan.snapshot().index())
          .addKeyValue("index_max", plan.endIndex())
          .log("restoring wal files");
    }
  }

  void begins(LtxPlan plan) {
    if (forPeople) {
      surroundings
          .err()
          .printf(
              "Restoring %s from replica '%s': %s%n",
              target, plan.replica().name(), describe(plan));
      return;
    }
    event(plan.replica().name())
        .addKeyValue("txid_min", plan.files().get(0).first())
        .addKeyValue("txid_max", plan.last())
        .addKeyValue("n", plan.files().size())
        .addKeyValue("path", target)
        .log("restoring ltx files");
  }

  ProgressReport progress() {
    if (surroundings.terminal()) {
      return new BarProgress(surroundings.err(), System::nanoTime);
    }
    return forPeople ? new LineProgress(surroundings.err(), System::nanoTime) : ProgressReport.NONE;
  }

  void planned(RestorePlan plan) throws IOException {
    if (json) {
      print(object -> write(object, plan));
      return;
    }
    surroundings.out().printf("Would restore %s%n", target);
    surroundings.out().printf("  from replica '%s': %s%n", plan.replica().name(), describe(plan));
    surroundings
        .out()
        .printf(
            "  snapshot %s of %s, WAL up to index %s%n",
            Position.indexText(plan.snapshot().index()),
            plan.snapshot().createdAt(),
            Position.indexText(plan.endIndex()));
  }

  void planned(LtxPlan plan) throws IOException {
    if (json) {
      print(object -> write(object, plan));
      return;
    }
    surroundings.out().printf("Would restore %s%n", target);
    surroundings.out().printf("  from replica '%s': %s%n%n", plan.replica().name(), describe(plan));
    Listing files = new Listing("level", "min_txid", "max_txid", "size", "created");
    for (LtxFile file : plan.files()) {
      files.add(file.level(), file.first(), file.last(), file.size(), file.createdAt());
    }
    files.printTable(surroundings.out());
  }

  private static String describe(LtxPlan plan) {
    return String.format(
        Locale.ROOT,
        "up to transaction %s, %s to read, %s",
        plan.last(),
        ByteCount.text(plan.totalBytes()),
        counted(plan.files().size(), "LTX file", "LTX files"));
  }

  private static String describe(RestorePlan plan) {
    return String.format(
        Locale.ROOT,
        "generation %s, %s to read, %s of %s",
        plan.generation(),
        ByteCount.text(plan.totalBytes()),
        counted(plan.segments().size(), "WAL segment", "WAL segments"),
        counted(plan.walIndexes(), "index", "indexes"));
  }

  private static String counted(int count, String one, String more) {
    return count + " " + (count == 1 ? one : more);
  }

  void restored(RestoreResult result) throws IOException {
    if (json) {
      print(object -> write(object, result));
    } else if (forPeople) {
      surroundings
          .out()
          .printf(
              "Restored %s: %s in %s, up to %s. %s%n",
              target,
              ByteCount.text(result.databaseBytes()),
              GoDuration.format(GoDuration.truncate(result.elapsed())),
              result.position(),
              describe(
                  result.checked(),
                  result.chainProved()
                      ? "Checksums prove that no change up to there is missing"
                      : "Checksums agree"));
    } else {
      event(result.replica())
          .addKeyValue("position", result.position())
          .addKeyValue("path", target)
          .addKeyValue("elapsed", result.elapsed())
          .addKeyValue("sz", result.databaseBytes())
          .log("database restored");
    }
  }

  void restored(LtxRestoreResult result) throws IOException {
    if (json) {
      print(object -> write(object, result));
    } else if (forPeople) {
      surroundings
          .out()
          .printf(
              "Restored %s: %s in %s, up to transaction %s. %s%n",
              target,
              ByteCount.text(result.databaseBytes()),
              GoDuration.format(GoDuration.truncate(result.elapsed())),
              result.txId(),
              describe(
                  result.checked(),
                  result.checksumProved()
                      ? "The database's checksum agrees"
                      : "No transaction is missing; the files' checksums agree"));
    } else {
      event(result.replica())
          .addKeyValue("txid", result.txId())
          .addKeyValue("path", target)
          .addKeyValue("elapsed", result.elapsed())
          .addKeyValue("sz", result.databaseBytes())
          .log("database restored");
    }
  }

  private static String describe(IntegrityCheck checked, String proof) {
    return switch (checked) {
      case AUTO, NONE -> proof + ".";
      case QUICK -> proof + ", and SQLite's quick check found no fault.";
      case FULL -> proof + ", and SQLite's integrity check found no fault.";
    };
  }

  private LoggingEventBuilder event(String replica) {
    LoggingEventBuilder event = log.atInfo();
    if (database.isPresent()) {
      event = event.addKeyValue("db", database.get());
    }
    return event.addKeyValue("replica", replica);
  }

  private void write(JsonGenerator object, RestorePlan plan) throws IOException {
    object.writeBooleanField("dry_run", true);
    object.writeStringField("path", target.toString());
    object.writeStringField("replica", plan.replica().name());
    object.writeStringField("generation", plan.generation().name());
    object.writeNumberField("snapshot_index", plan.snapshot().index());
    object.writeStringField("snapshot_created", plan.snapshot().createdAt().toString());
    object.writeNumberField("end_index", plan.endIndex());
    object.writeNumberField("wal_indexes", plan.walIndexes());
    object.writeNumberField("segments", plan.segments().size());
    object.writeNumberField("bytes_to_read", plan.totalBytes());
  }

  private void write(JsonGenerator object, RestoreResult result) throws IOException {
    object.writeStringField("path", target.toString());
    object.writeStringField("replica", result.replica());
    object.writeStringField("generation", result.position().generation().name());
    object.writeNumberField("index", result.position().index());
    object.writeNumberField("offset", result.position().offset());
    object.writeNumberField("database_bytes", result.databaseBytes());
    object.writeNumberField("page_size", result.pageSize());
    object.writeNumberField("wal_indexes", result.walIndexes());
    object.writeNumberField("segments", result.segments());
    object.writeNumberField("elapsed_seconds", result.elapsed().toNanos() / 1e9);
    object.writeBooleanField("chain_proved", result.chainProved());
    object.writeStringField("checked", result.checked().name().toLowerCase(Locale.ROOT));
  }

  private void write(JsonGenerator object, LtxPlan plan) throws IOException {
    object.writeBooleanField("dry_run", true);
    object.writeStringField("path", target.toString());
    object.writeStringField("replica", plan.replica().name());
    object.writeStringField("min_txid", plan.files().get(0).first().toString());
    object.writeStringField("max_txid", plan.last().toString());
    object.writeNumberField("bytes_to_read", plan.totalBytes());
    object.writeArrayFieldStart("files");
    for (LtxFile file : plan.files()) {
      object.writeStartObject();
      object.writeNumberField("level", file.level());
      object.writeStringField("name", file.first() + "-" + file.last() + ".ltx");
      object.writeStringField("min_txid", file.first().toString());
      object.writeStringField("max_txid", file.last().toString());
      object.writeNumberField("size", file.size());
      object.writeStringField("timestamp", file.createdAt().toString());
      object.writeEndObject();
    }
    object.writeEndArray();
  }

  private void write(JsonGenerator object, LtxRestoreResult result) throws IOException {
    object.writeStringField("path", target.toString());
    object.writeStringField("replica", result.replica());
    object.writeStringField("txid", result.txId().toString());
    object.writeNumberField("database_bytes", result.databaseBytes());
    object.writeNumberField("page_size", result.pageSize());
    object.writeNumberField("files", result.files());
    object.writeNumberField("elapsed_seconds", result.elapsed().toNanos() / 1e9);
    object.writeBooleanField("checksum_proved", result.checksumProved());
    object.writeStringField("checked", result.checked().name().toLowerCase(Locale.ROOT));
  }

  private void print(Fields fields) throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator object = new JsonFactory().createGenerator(text)) {
      object.useDefaultPrettyPrinter();
      object.writeStartObject();
      fields.write(object);
      object.writeEndObject();
    }
    surroundings.out().print(text + "\n");
  }

  /** Writes what an object holds. */
  @FunctionalInterface
  private interface Fields {
    void write(JsonGenerator object) throws IOException;
  }
}
