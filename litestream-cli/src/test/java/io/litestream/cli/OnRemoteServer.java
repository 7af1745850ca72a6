package io.litestream.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A database with a replica on one of the servers, and the command as a process of its own. */
abstract class OnRemoteServer {

  private static final Pattern UPLOADED = Pattern.compile("wal segment written");

  @TempDir Path directory;

  final RemoteServer server;
  RemoteStore store;
  Path database;

  OnRemoteServer(RemoteServer server) {
    assumeTrue(server.isThere(), () -> server.variable() + " does not name an executable");
    this.server = server;
  }

  @BeforeEach
  final void open() throws Exception {
    store = server.open(directory);
    database = directory.resolve("app.db");
  }

  @AfterEach
  final void close() throws Exception {
    store.close();
  }

  /** Writes the configuration file. Segments are many and small, and there are many indexes. */
  final Path config(String replica) throws Exception {
    return Files.writeString(
        directory.resolve("litestream.yml"),
        """
        addr: 127.0.0.1:0
        logging: {level: debug, stderr: true}
        dbs:
          - path: %s
            monitor-interval: 50ms
            min-checkpoint-page-count: 40
            replicas: [%s]
        """
            .formatted(database, replica));
  }

  final LitestreamProcess start(List<String> program, Object... args) throws Exception {
    return LitestreamProcess.start(directory, store.environment(), program, args);
  }

  final LitestreamProcess ours(Object... args) throws Exception {
    return start(LitestreamProcess.command(), args);
  }

  /** Waits for the end of a process, and hands out what it has printed. */
  static String output(LitestreamProcess started, int code) throws Exception {
    try (started) {
      assertThat(started.exitCode()).as(started.output()).isEqualTo(code);
      return started.output();
    }
  }

  /**
   * Whether a process has uploaded so much that can be restored: if it had to begin a generation,
   * nothing of that can be before its snapshot is there.
   */
  static boolean hasUploaded(LitestreamProcess process, int objects) throws Exception {
    String output = process.output();
    int from = output.contains("sync: new generation") ? output.indexOf("snapshot written") : 0;
    return from >= 0 && UPLOADED.matcher(output.substring(from)).results().count() >= objects;
  }

  final Path restore(Path config, String name) throws Exception {
    Path restored = directory.resolve(name + ".db");
    output(ours("restore", "-config", config, "-o", restored, database), Program.OK);
    return restored;
  }
}
