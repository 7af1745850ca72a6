package io.litestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The peer and this project take turns at one database, over the same meta directory, configuration
 * and replica; each restores what the other one wrote.
 */
@Timeout(120)
@EnabledIfEnvironmentVariable(
    named = LitestreamProcess.PEER,
    matches = ".+",
    disabledReason = "LITESTREAM_PEER does not name the peer's executable")
class PeerHandOverTest {

  private static final int LARGE = 24 << 20;
  private static final byte[] AGE = "age-encryption.org/v1\n".getBytes(StandardCharsets.US_ASCII);

  /** Keys of nobody, made by {@code age-keygen} for tests. */
  private static final String RECIPIENT =
      "age158yreukg5utsstdjl5vtjwqumt7x9a8cvfrufd48hae2pevdvpksrhcfhf";

  private static final String IDENTITY =
      "AGE-SECRET-KEY-1XJMU5PF3NC7UE7P6GDWQDGG60LJR68R3FZT592EFZV7S0ZGLFETQLPF0UU";

  @TempDir Path directory;

  private Path database;
  private Path config;
  private ReplicaFiles replica;
  private int restores;

  @BeforeEach
  void configure() throws IOException {
    database = directory.resolve("app.db");
    replica = new ReplicaFiles(directory.resolve("replica"));
    config = writeConfig("");
  }

  private Path writeConfig(String more) throws IOException {
    return Files.writeString(
        directory.resolve("litestream.yml"),
        """
            dbs:
              - path: %s
                monitor-interval: 50ms
                min-checkpoint-page-count: 40
                replicas:
                  - path: %s
                    sync-interval: 50ms
            """
                .formatted(database, replica.root())
            + more);
  }

  private enum Program {
    PEER,
    OURS
  }

  /** What happens while one of the two replicates. */
  private interface Shift {
    void work(LitestreamProcess replicate) throws Exception;
  }

  private void shift(Program program, WritingApplication application, Shift shift)
      throws Exception {
    try (LitestreamProcess replicate =
        program == Program.PEER
            ? LitestreamProcess.peer(directory, "replicate", "-config", config)
            : LitestreamProcess.ours(directory, "replicate", "-config", config)) {
      takeOver(replicate, application);
      shift.work(replicate);
      if (program == Program.PEER) {
        replicate.await("nothing is left to do", new Quiet());
      }
      replicate.stop();
    }
  }

  /**
   * Commits once, and waits until that has arrived. From then on the WAL is kept from being
   * restarted; before, the application's own checkpoints may do that, and the peer, unlike this
   * project, could not go on.
   */
  private void takeOver(LitestreamProcess replicate, WritingApplication application)
      throws Exception {
    replicate.awaitOutput("replicating to");
    int before = replica.segments().size();
    application.work(1);
    replicate.await(
        "it has taken over",
        () -> replica.segments().size() > before && !replica.snapshots().isEmpty());
  }

  /**
   * Neither the replica nor the shadow WAL has changed for many intervals. The peer has to be let
   * finish: if a signal finds it with a checkpoint or an upload to do, it exits with 1.
   */
  private final class Quiet implements Wait.Condition {
    private Map<Path, Long> seen = Map.of();
    private long since = System.nanoTime();

    @Override
    public boolean holds() throws IOException {
      Map<Path, Long> now = replica.sizes();
      now.putAll(new ReplicaFiles(directory.resolve(".app.db-litestream")).sizes());
      if (!now.equals(seen)) {
        seen = now;
        since = System.nanoTime();
      }
      return System.nanoTime() - since > Duration.ofMillis(600).toNanos();
    }
  }

  private Path restore(Program program, Object... options) throws Exception {
    Path output = directory.resolve("restored-" + restores++ + "-" + program + ".db");
    Object[] args = new Object[options.length + 6];
    args[0] = "restore";
    System.arraycopy(options, 0, args, 1, options.length);
    args[options.length + 1] = "-o";
    args[options.length + 2] = output;
    args[options.length + 3] = "-config";
    args[options.length + 4] = config;
    args[options.length + 5] = database;
    if (program == Program.OURS) {
      CommandLineRun command = new CommandLineRun(directory);
      assertThat(command.run(args)).as(command.err()).isZero();
    } else {
      try (LitestreamProcess peer = LitestreamProcess.peer(directory, args)) {
        assertThat(peer.exitCode()).as(peer.output()).isZero();
      }
    }
    return output;
  }

  /** Both restore, with the same options, to the same file. */
  private Path restoreByBoth(Object... options) throws Exception {
    Path theirs = restore(Program.PEER, options);
    Path ours = restore(Program.OURS, options);
    DatabasePages.assertSame(theirs, ours);
    Files.delete(theirs);
    return ours;
  }

  private void assertBothRestoreTheSource() throws Exception {
    Path restored = restoreByBoth();
    DatabasePages.assertRestored(database, restored);
    Files.delete(restored);
  }

  private void assertOneGenerationWithOneSnapshot() throws IOException {
    assertThat(replica.generations()).hasSize(1);
    assertThat(replica.snapshots()).hasSize(1);
    assertThat(replica.leftovers()).isEmpty();
  }

  @ParameterizedTest(name = "pages of {0} bytes, auto_vacuum {1}")
  @CsvSource({"512, NONE", "1024, FULL", "4096, INCREMENTAL", "65536, NONE"})
  void takeTurnsWithoutANewGenerationOrSnapshot(int pageSize, String autoVacuum) throws Exception {
    try (WritingApplication application =
        WritingApplication.start(database, pageSize, autoVacuum)) {
      for (Program program : List.of(Program.PEER, Program.OURS, Program.PEER, Program.OURS)) {
        int before = replica.lastIndex();
        shift(
            program,
            application,
            replicate -> {
              application.work(30);
              replicate.await("it has checkpointed", () -> replica.lastIndex() > before);
              application.work(20);
              application.run("DELETE FROM entry WHERE id % 3 = 0", "PRAGMA incremental_vacuum");
              application.work(5);
            });
        assertBothRestoreTheSource();
      }
      assertOneGenerationWithOneSnapshot();
    }
  }

  @Test
  void takeTurnsAtAnEncryptedReplica() throws Exception {
    writeConfig(
        """
                age:
                  recipients: [%s]
                  identities: [%s]
        """
            .formatted(RECIPIENT, IDENTITY));
    try (WritingApplication application = WritingApplication.start(database, 4096, "NONE")) {
      for (Program program : List.of(Program.PEER, Program.OURS, Program.PEER, Program.OURS)) {
        int before = replica.lastIndex();
        shift(
            program,
            application,
            replicate -> {
              application.work(30);
              replicate.await("it has checkpointed", () -> replica.lastIndex() > before);
              application.commitLarge(1 << 20);
              application.work(20);
            });
        assertBothRestoreTheSource();
      }
      assertOneGenerationWithOneSnapshot();
    }
    for (Path object : replica.sizes().keySet()) {
      assertThat(Files.readAllBytes(object)).as("%s", object).startsWith(AGE);
    }
  }

  @Test
  void whatIsKeptOfRestoreDrillsGoesThroughThePeersHands() throws Exception {
    Path kept = directory.resolve(".app.db-litestream").resolve("drills");
    try (WritingApplication application = WritingApplication.start(database, 4096, "NONE")) {
      writeConfig("        validation-interval: 50ms\n");
      shift(Program.OURS, application, replicate -> replicate.awaitOutput("restore drill passed"));
      writeConfig("");
      Map<Path, Long> before = new ReplicaFiles(kept).sizes();
      assertThat(before).hasSize(1);
      shift(Program.PEER, application, replicate -> application.work(20));
      assertThat(new ReplicaFiles(kept).sizes()).isEqualTo(before);
      writeConfig("        validation-interval: 24h\n");
      shift(Program.OURS, application, replicate -> application.work(20));
      assertBothRestoreTheSource();
      assertOneGenerationWithOneSnapshot();
    }
  }

  @ParameterizedTest
  @CsvSource({"PEER", "OURS"})
  void eachRestoresTheOthersLargeTransactionsAndVacuums(Program program) throws Exception {
    try (WritingApplication application = WritingApplication.start(database, 4096, "NONE")) {
      shift(
          program,
          application,
          replicate -> {
            application.work(20);
            application.commitLarge(LARGE);
            application.run("DELETE FROM entry WHERE n % 2 = 0");
            application.run("VACUUM");
            application.work(20);
          });
      assertBothRestoreTheSource();
      assertOneGenerationWithOneSnapshot();
    }
  }

  @Test
  void bothRestoreTheSameAtEveryIndexAndTime() throws Exception {
    try (WritingApplication application = WritingApplication.start(database, 4096, "NONE")) {
      for (Program program : List.of(Program.OURS, Program.PEER, Program.OURS)) {
        int before = replica.lastIndex();
        shift(
            program,
            application,
            replicate -> {
              for (int index = before + 1; index <= before + 8; index++) {
                int next = index;
                application.work(20);
                replicate.await("index " + next, () -> replica.lastIndex() >= next);
              }
            });
      }
      assertOneGenerationWithOneSnapshot();
      int last = replica.lastIndex();
      assertThat(last).isGreaterThanOrEqualTo(20);
      for (int index : new int[] {0, last / 2, last - 1}) {
        DatabasePages.assertIntact(restoreByBoth("-index", String.format("%08x", index)));
      }
      DatabasePages.assertRestored(database, restoreByBoth("-index", String.format("%08x", last)));
      assertSameAtTheTimesOf(replica.segments());
    }
  }

  /** Segments get times that are a minute apart, so that none shares its time with another. */
  private void assertSameAtTheTimesOf(List<Path> segments) throws Exception {
    Instant time = ReplicaFiles.time(replica.snapshots().get(0));
    for (Path segment : segments) {
      time = time.plus(Duration.ofMinutes(1));
      Files.setLastModifiedTime(segment, FileTime.from(time));
    }
    int count = segments.size();
    for (int at : new int[] {1, count / 2, count - 2}) {
      Instant exact = ReplicaFiles.time(segments.get(at));
      Path then = restoreByBoth("-timestamp", exact);
      DatabasePages.assertIntact(then);
      DatabasePages.assertSame(then, restoreByBoth("-timestamp", exact.plusSeconds(59)));
    }
  }
}
