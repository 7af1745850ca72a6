package io.litestream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream.cli.process.StopSignal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A replica that {@code replicate} wrote, damaged in one way each time: {@code restore} says what
 * is wrong where, in words of its own for each way, exits with 1, and leaves nothing.
 */
@Timeout(120)
class DamagedReplicaTest {

  /** The index that is damaged: not that of the snapshot. */
  private static final int DAMAGED = 2;

  private static final int LAST_INDEX = 4;

  @TempDir static Path whole;
  @TempDir Path directory;

  private static final Map<String, String> messages = new TreeMap<>();
  private Path output;
  private ReplicaFiles replica;

  @BeforeAll
  static void replicate() throws Exception {
    Path database = whole.resolve("app.db");
    Path config =
        Files.writeString(
            whole.resolve("litestream.yml"),
            """
            dbs:
              - path: %s
                monitor-interval: 10ms
                min-checkpoint-page-count: 100
                replicas: [{path: %s, sync-interval: 10ms}]
            """
                .formatted(database, whole.resolve("replica")));
    CommandLineRun command = new CommandLineRun(whole);
    ReplicaFiles written = new ReplicaFiles(whole.resolve("replica"));
    try (WritingApplication application = WritingApplication.start(database, 1024, "NONE")) {
      CompletableFuture<Integer> code =
          CompletableFuture.supplyAsync(() -> command.run("replicate", "-config", config));
      while (written.lastIndex() < LAST_INDEX) {
        int before = written.segments().size();
        application.work(1);
        Wait.until(
            "a segment more",
            Wait.LIMIT,
            command::err,
            () -> {
              assertThat(code).as(command.err()).isNotDone();
              return written.segments().size() > before;
            });
      }
      command.send(StopSignal.TERM);
      assertThat(code.join()).as(command.err()).isZero();
    }
    assertThat(written.generations()).hasSize(1);
  }

  private static List<Path> segments(ReplicaFiles replica, int index) throws IOException {
    return replica.segments().stream().filter(s -> ReplicaFiles.index(s) == index).toList();
  }

  @BeforeEach
  void copyReplica() throws IOException {
    Path from = whole.resolve("replica");
    Path copy = Files.createTempDirectory(directory, "replica");
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.filter(f -> !f.equals(from)).toList()) {
        Files.copy(file, copy.resolve(from.relativize(file).toString()));
      }
    }
    replica = new ReplicaFiles(copy);
    output = Files.createTempDirectory(directory, "target").resolve("new").resolve("app.db");
  }

  private interface Change {
    byte[] of(byte[] object);
  }

  private static void change(Path object, Change change) throws IOException {
    Files.write(object, change.of(Files.readAllBytes(object)));
  }

  private static byte[] flipABit(byte[] object) {
    object[object.length / 2] ^= 0x10;
    return object;
  }

  private static byte[] half(byte[] object) {
    return Arrays.copyOf(object, object.length / 2);
  }

  private static byte[] nothing(byte[] object) {
    return new byte[0];
  }

  private interface Blow {
    void strike(DamagedReplicaTest test) throws IOException;
  }

  /**
   * A way to damage a replica.
   *
   * @param words a pattern that the error has
   */
  private record Damage(String name, Blow blow, String words) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Damage> damages() {
    return Stream.of(
        new Damage(
            "flipped bit in a segment",
            t -> change(t.middle(), DamagedReplicaTest::flipABit),
            "wal.lz4 has (a block that cannot be decompressed|content that does not match its checksum)"),
        new Damage(
            "truncated segment",
            t -> change(t.middle(), DamagedReplicaTest::half),
            "wal.lz4 is truncated"),
        new Damage(
            "empty segment",
            t -> change(t.middle(), DamagedReplicaTest::nothing),
            "wal.lz4 is empty"),
        new Damage(
            "missing first segment",
            t -> Files.delete(t.segment(DAMAGED, 0)),
            "the segments before it are missing"),
        new Damage(
            "missing middle segment",
            t -> Files.delete(t.middle()),
            "the segment at .* is missing: the next one is .*wal.lz4"),
        new Damage(
            "missing last segment",
            t -> Files.delete(t.segment(DAMAGED, -1)),
            "index 00000002 ends at .* its last segments are missing"),
        new Damage(
            "missing index",
            t -> deleteAll(segments(t.replica, DAMAGED)),
            "there is no segment of index 00000002"),
        new Damage(
            "segment of another index",
            t -> Files.write(t.middle(), Files.readAllBytes(t.segment(DAMAGED + 1, 1))),
            "wal.lz4 does not belong to this index"),
        new Damage(
            "flipped bit in the snapshot",
            t -> change(t.snapshot(), DamagedReplicaTest::flipABit),
            "snapshot.lz4 has (a block that cannot be decompressed|content that does not match)"),
        new Damage(
            "truncated snapshot",
            t -> change(t.snapshot(), DamagedReplicaTest::half),
            "snapshot.lz4 is truncated"),
        new Damage(
            "empty snapshot",
            t -> change(t.snapshot(), DamagedReplicaTest::nothing),
            "snapshot.lz4 is empty"),
        new Damage(
            "missing snapshot",
            t -> Files.delete(t.snapshot()),
            "nothing to restore: no snapshot in replica 'file' yet"),
        new Damage(
            "segment in the snapshots place",
            t -> Files.write(t.snapshot(), Files.readAllBytes(t.middle())),
            "snapshot.lz4 holds no SQLite database"));
  }

  private Path segment(int index, int number) throws IOException {
    List<Path> segments = segments(replica, index);
    assertThat(segments).as("segments of index %s", index).hasSizeGreaterThanOrEqualTo(3);
    return segments.get(number < 0 ? segments.size() + number : number);
  }

  private Path middle() throws IOException {
    return segment(DAMAGED, 1);
  }

  private Path snapshot() throws IOException {
    return replica.snapshots().get(0);
  }

  private static void deleteAll(List<Path> files) throws IOException {
    for (Path file : files) {
      Files.delete(file);
    }
  }

  @ParameterizedTest
  @MethodSource("damages")
  void isNamedAndLeavesNothing(Damage damage) throws IOException {
    damage.blow.strike(this);
    CommandLineRun command = new CommandLineRun(directory);

    assertThat(command.run("restore", "-o", output, "file://" + replica.root())).isEqualTo(1);

    List<String> lines = command.err().lines().filter(line -> !line.startsWith("time=")).toList();
    assertThat(lines)
        .singleElement()
        .asString()
        .startsWith("litestream: ")
        .containsPattern(damage.words);
    messages.put(damage.name(), lines.get(0));
    assertThat(output.getParent()).as("the directory that restore would make").doesNotExist();
  }

  @AfterAll
  static void everyDamageHasAMessageOfItsOwn() {
    assertThat(messages.values()).doesNotHaveDuplicates();
  }
}
