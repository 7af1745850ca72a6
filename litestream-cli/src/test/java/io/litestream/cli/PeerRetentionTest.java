package io.litestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/** What either of the two leaves of a replica after its passes, both restore. */
@Timeout(120)
@EnabledIfEnvironmentVariable(
    named = LitestreamProcess.PEER,
    matches = ".+",
    disabledReason = "LITESTREAM_PEER does not name the peer's executable")
class PeerRetentionTest {

  @TempDir Path directory;

  private Path database;
  private Path config;
  private ReplicaFiles replica;
  private int restores;

  @BeforeEach
  void configure() throws Exception {
    database = directory.resolve("app.db");
    replica = new ReplicaFiles(directory.resolve("replica"));
    config =
        Files.writeString(
            directory.resolve("litestream.yml"),
            """
            dbs:
              - path: %s
                monitor-interval: 50ms
                min-checkpoint-page-count: 40
                replicas:
                  - path: %s
                    sync-interval: 50ms
                    retention: 3s
                    retention-check-interval: 500ms
                    snapshot-interval: 1s
            """
                .formatted(database, replica.root()));
  }

  /** Works until the oldest snapshot has been deleted, and some more were taken. */
  private void workUntilSnapshotsGo(LitestreamProcess replicate, WritingApplication application)
      throws Exception {
    replicate.await(
        "the first snapshot",
        () -> {
          application.work(1);
          return !replica.snapshots().isEmpty();
        });
    Path oldest = replica.snapshots().get(0);
    replicate.await(
        "it deletes the oldest snapshot",
        () -> {
          application.work(2);
          return !Files.exists(oldest) && replica.snapshots().size() > 1;
        });
  }

  private Path restore(boolean peer, Object... options) throws Exception {
    Path output = directory.resolve("restored-" + restores++ + ".db");
    Object[] args = new Object[options.length + 4];
    args[0] = "restore";
    System.arraycopy(options, 0, args, 1, options.length);
    args[options.length + 1] = "-o";
    args[options.length + 2] = output;
    args[options.length + 3] = "file://" + replica.root();
    try (LitestreamProcess process =
        peer ? LitestreamProcess.peer(directory, args) : LitestreamProcess.ours(directory, args)) {
      assertThat(process.exitCode()).as(process.output()).isZero();
    }
    return output;
  }

  private void assertBothRestoreTheSource() throws Exception {
    DatabasePages.assertRestored(database, restore(true));
    DatabasePages.assertRestored(database, restore(false));
  }

  @Test
  void bothRestoreWhatOurPassesLeave() throws Exception {
    try (WritingApplication application = WritingApplication.start(database, 4096, "NONE")) {
      try (LitestreamProcess replicate =
          LitestreamProcess.ours(directory, "replicate", "-config", config)) {
        workUntilSnapshotsGo(replicate, application);
        replicate.stop();
      }
      assertBothRestoreTheSource();
      Instant second = ReplicaFiles.time(replica.snapshots().get(1));
      DatabasePages.assertSame(
          restore(true, "-timestamp", second), restore(false, "-timestamp", second));
    }
  }

  private List<Path> temporaryDirectories() throws IOException {
    try (Stream<Path> entries = Files.list(replica.root())) {
      return entries.filter(entry -> entry.toString().endsWith(".tmp")).toList();
    }
  }

  @Test
  void thePeerTakesNoNoticeOfWhatAKilledProcessOfOursHasLeft() throws Exception {
    try (WritingApplication application = WritingApplication.start(database, 4096, "NONE")) {
      try (LitestreamProcess killed =
          LitestreamProcess.ours(directory, "replicate", "-config", config)) {
        workUntilSnapshotsGo(killed, application);
      }
      assertThat(temporaryDirectories()).hasSize(1);
      DatabasePages.assertIntact(restore(true));
      try (LitestreamProcess replicate =
          LitestreamProcess.peer(directory, "replicate", "-config", config)) {
        workUntilSnapshotsGo(replicate, application);
        replicate.terminate();
        replicate.exitCode();
      }
      assertThat(temporaryDirectories()).hasSize(1);
      try (LitestreamProcess replicate =
          LitestreamProcess.ours(directory, "replicate", "-config", config)) {
        workUntilSnapshotsGo(replicate, application);
        workUntilAPassIsThrough(replicate, application);
        replicate.stop();
      }
      assertThat(temporaryDirectories()).isEmpty();
      assertBothRestoreTheSource();
    }
  }

  /** Until nothing is left of what the pass does not keep: the peer's may have died half-way. */
  private void workUntilAPassIsThrough(LitestreamProcess replicate, WritingApplication application)
      throws Exception {
    replicate.await(
        "it deletes the segments before the oldest snapshot",
        () -> {
          application.work(2);
          return ReplicaFiles.index(replica.segments().get(0))
              >= ReplicaFiles.index(replica.snapshots().get(0));
        });
  }

  /**
   * A pass of the peer that ends in the middle of an index leaves what the peer itself refuses to
   * restore; a pass of ours clears that up.
   */
  @Test
  void weGoOnFromWhatThePeersPassesLeave() throws Exception {
    try (WritingApplication application = WritingApplication.start(database, 4096, "NONE")) {
      try (LitestreamProcess replicate =
          LitestreamProcess.peer(directory, "replicate", "-config", config)) {
        workUntilSnapshotsGo(replicate, application);
        replicate.terminate();
        replicate.exitCode();
      }
      DatabasePages.assertIntact(restore(false));
      try (LitestreamProcess replicate =
          LitestreamProcess.ours(directory, "replicate", "-config", config)) {
        workUntilSnapshotsGo(replicate, application);
        workUntilAPassIsThrough(replicate, application);
        replicate.stop();
      }
      assertBothRestoreTheSource();
    }
  }
}
