package io.litestream.core.restore;

import io.litestream.core.layout.ReplicaLayout;
import io.litestream.core.position.Generation;
import io.litestream.core.position.Position;
import io.litestream.core.replica.FixedStore;
import io.litestream.core.replica.PreviousIndex;
import io.litestream.core.replica.ReplicaReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.function.Function;

/** A replica that a test fills: each object is a second younger than the one before. */
final class TestReplica {

  static final Generation GENERATION = new Generation("4c994ccc40a5ba03");
  static final Instant START = Instant.parse("2026-11-23T00:00:00Z");

  final FixedStore store = new FixedStore();
  final ReplicaReader reader = new ReplicaReader("file", store);
  private Instant now = START;

  Instant now() {
    return now;
  }

  String snapshot(int index, byte[] database) {
    String key = ReplicaLayout.snapshotKey(GENERATION, index);
    store.putCompressed(key, database, now);
    now = now.plusSeconds(1);
    return key;
  }

  String segment(int index, byte[] wal, long from, long to) {
    String key = key(index, from);
    store.putCompressed(key, Arrays.copyOfRange(wal, (int) from, (int) to), now);
    now = now.plusSeconds(1);
    return key;
  }

  static String key(int index, long offset) {
    return ReplicaLayout.segmentKey(new Position(GENERATION, index, offset));
  }

  /** The snapshot of index 0, and all WALs, cut where commits end. */
  static TestReplica of(SqliteHistory history) {
    TestReplica replica = new TestReplica();
    replica.snapshot(0, history.base(0));
    for (int index = 0; index < history.indexes(); index++) {
      replica.segments(index, history.wal(index), history.commits(index));
    }
    return replica;
  }

  /** One WAL, cut at these offsets. */
  void segments(int index, byte[] wal, List<Long> ends) {
    long from = 0;
    for (long to : ends) {
      segment(index, wal, from, to);
      from = to;
    }
  }

  /** As {@link #of}, but each index but the first tells how the one before it ended. */
  static TestReplica withNotes(SqliteHistory history) {
    return withNotes(history, TestReplica::end);
  }

  /** As {@link #withNotes(SqliteHistory)}, with notes that tell only where it ended. */
  static TestReplica withEarlyNotes(SqliteHistory history) {
    return withNotes(history, wal -> new PreviousIndex(wal.length, Optional.empty()));
  }

  /** What the note after a WAL has to say. */
  static PreviousIndex end(byte[] wal) {
    ByteBuffer bytes = ByteBuffer.wrap(wal);
    int lastFrame = wal.length - WalBytes.frameSize(wal);
    return new PreviousIndex(
        wal.length,
        Optional.of(
            new PreviousIndex.Facts(
                bytes.getLong(lastFrame + 16),
                bytes.getInt(16),
                bytes.getInt(20),
                bytes.getInt(lastFrame + 4),
                Optional.of(START),
                START.plusSeconds(7))));
  }

  static TestReplica withNotes(SqliteHistory history, Function<byte[], PreviousIndex> note) {
    TestReplica replica = of(history);
    for (int index = 1; index < history.indexes(); index++) {
      int end = history.commits(index).get(0).intValue();
      replica.store.objects.put(
          key(index, 0),
          FixedStore.compress(
              Arrays.copyOf(history.wal(index), end), note.apply(history.wal(index - 1)).toNote()));
    }
    return replica;
  }

  /** Offsets of some frames' ends, and of the WAL's. */
  static List<Long> randomCuts(byte[] wal, Random random, int most) {
    long frameSize = WalBytes.frameSize(wal);
    long frames = (wal.length - 32L) / frameSize;
    List<Long> cuts = new ArrayList<>();
    for (int i = random.nextInt(most); i > 0; i--) {
      cuts.add(32 + random.nextLong(frames + 1) * frameSize);
    }
    cuts.add((long) wal.length);
    return cuts.stream().distinct().sorted().toList();
  }

  static RestoreRequest to(Path output) {
    return RestoreRequest.of(output);
  }

  static RestoreRequest toIndex(Path output, int index) {
    return new RestoreRequest(
        output, Optional.empty(), OptionalInt.of(index), Optional.empty(), 3, IntegrityCheck.AUTO);
  }

  static RestoreRequest toTime(Path output, Instant time) {
    return new RestoreRequest(
        output, Optional.empty(), OptionalInt.empty(), Optional.of(time), 3, IntegrityCheck.AUTO);
  }

  static RestoreRequest checked(Path output, IntegrityCheck check) {
    return new RestoreRequest(
        output, Optional.empty(), OptionalInt.empty(), Optional.empty(), 3, check);
  }

  RestoreResult restore(RestoreRequest request) throws IOException, InterruptedException {
    return Restorer.restore(Restorer.plan(List.of(reader), request), request, RestoreProgress.NONE);
  }
}
