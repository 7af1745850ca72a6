package io.litestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The main job, on every kind of server: replicate, die, go on, and bring all of it back. */
@ParameterizedClass(name = "{0}")
@EnumSource(RemoteServer.class)
@Timeout(120)
class RemoteReplicationTest extends OnRemoteServer {

  RemoteReplicationTest(RemoteServer server) {
    super(server);
  }

  @Test
  void whatAKilledProcessWroteIsContinuedAndRestoredPageForPage() throws Exception {
    Path config = config(store.replica(", sync-interval: 50ms"));
    try (LiveWriter writer = LiveWriter.start(database)) {
      try (LitestreamProcess killed = ours("replicate", "-config", config)) {
        killed.await("it uploads", () -> hasUploaded(killed, 5));
      }
      assertThat(LiveWriter.rows(restore(config, "killed"))).isPositive();
      writer.assertUndisturbed();
      try (LitestreamProcess process = ours("replicate", "-config", config)) {
        process.await("it goes on", () -> hasUploaded(process, 5));
        writer.stop();
        process.stop();
      }
    }
    DatabasePages.assertRestored(database, restore(config, "restored"));
  }

  @Test
  void replicaThatAReloadAddsIsReplicatedTo() throws Exception {
    Path config = config("{path: %s}".formatted(directory.resolve("first")));
    try (LiveWriter writer = LiveWriter.start(database);
        LitestreamProcess process = ours("replicate", "-config", config)) {
      process.await("it uploads", () -> hasUploaded(process, 1));
      config(store.replica(", name: second, sync-interval: 50ms"));
      process.signal("HUP");
      process.awaitOutput("replica=second");
      writer.stop();
      process.stop();
    }
    DatabasePages.assertRestored(database, restore(config, "restored"));
  }
}
