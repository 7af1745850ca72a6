package io.litestream.benchmarks.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A directory with one database, its replica, a configuration that leads from one to the other, and
 * the tool's log.
 */
record Place(Path directory) {

  private static final Duration LIMIT = Duration.ofMinutes(3);

  Path database() {
    return directory.resolve("app.db");
  }

  ReplicaDirectory replica() {
    return new ReplicaDirectory(directory.resolve("replica"));
  }

  Path log() {
    return directory.resolve("log");
  }

  private Path configuration() {
    return directory.resolve("litestream.yml");
  }

  /** Writes the configuration of one database, with the tool's own defaults. */
  Path configure() throws IOException {
    return configure(Map.of(), Map.of());
  }

  /** As {@link #configure()}, with settings of the database and of its replica. */
  Path configure(Map<String, String> database, Map<String, String> replica) throws IOException {
    List<String> lines = new ArrayList<>();
    lines.add("dbs:");
    lines.add("  - path: " + database());
    database.forEach((key, value) -> lines.add("    " + key + ": " + value));
    lines.add("    replicas:");
    lines.add("      - path: " + replica().root());
    replica.forEach((key, value) -> lines.add("        " + key + ": " + value));
    return Files.write(configuration(), lines);
  }

  /** Starts to replicate the database, which exists, and waits for its first snapshot. */
  ToolProcess replicate(Tool tool, Path configuration) throws IOException, InterruptedException {
    ToolProcess process = tool.replicate(configuration, log());
    try {
      Bench.await("snapshot by " + tool.name(), LIMIT, () -> replica().hasSnapshot());
      return process;
    } catch (RuntimeException | InterruptedException e) {
      process.close();
      throw e;
    }
  }
}
