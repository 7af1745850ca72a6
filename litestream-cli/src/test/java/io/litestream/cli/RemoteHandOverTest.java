package io.litestream.cli;

import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What this project and the peer make of each other's replicas on servers. */
@ParameterizedClass(name = "{0}")
// The fake answers what the adapter here asks; the peer's client asks otherwise.
@EnumSource(value = RemoteServer.class, mode = EnumSource.Mode.EXCLUDE, names = "FAKE_GCS")
@EnabledIfEnvironmentVariable(
    named = LitestreamProcess.PEER,
    matches = ".+",
    disabledReason = "LITESTREAM_PEER does not name the peer's executable")
@Timeout(120)
class RemoteHandOverTest extends OnRemoteServer {

  RemoteHandOverTest(RemoteServer server) {
    super(server);
  }

  @Test
  void peerRestoresWhatWeWroteAndWeWhatItWrites() throws Exception {
    Path config = config(store.replica(", sync-interval: 50ms"));
    try (LiveWriter writer = LiveWriter.start(database);
        LitestreamProcess process = ours("replicate", "-config", config)) {
      process.await("it uploads", () -> hasUploaded(process, 5));
      writer.assertUndisturbed();
    }
    output(ours("replicate", "-once", "-config", config), Program.OK);
    List<String> peer = List.of(System.getenv(LitestreamProcess.PEER));
    Path theirs = directory.resolve("theirs.db");
    output(start(peer, "restore", "-config", config, "-o", theirs, database), 0);
    DatabasePages.assertRestored(database, theirs);

    // The application has gone, and its WAL with it, so the peer begins a generation. Of two that
    // begin and end in one second, which is how fine S3 tells time, nothing says which is younger.
    Instant second = Instant.now().truncatedTo(ChronoUnit.SECONDS).plusSeconds(1);
    Wait.until("the next second", () -> !Instant.now().isBefore(second));

    try (LitestreamProcess process = start(peer, "replicate", "-config", config)) {
      LiveWriter.insert(database, 30);
      long rows = LiveWriter.rows(database);
      AtomicInteger restores = new AtomicInteger();
      process.await(
          "its replica has everything",
          () -> LiveWriter.rows(restore(config, "ours-" + restores.incrementAndGet())) == rows);
    }
  }
}
