package io.litestream.core.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream.core.position.Generation;
import io.litestream.core.position.Position;
import io.litestream.spi.NoSuchObjectException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ReplicaReaderTest {

  private static final Generation OLD = new Generation("00000000000000aa");
  private static final Generation NEW = new Generation("ffffffffffffff00");

  private final FixedStore store = new FixedStore();
  private final ReplicaReader reader = new ReplicaReader("file", store);

  private void put(String key, String content) {
    store.putCompressed(key, content.getBytes(StandardCharsets.UTF_8), Instant.EPOCH);
  }

  @Test
  void findsNothingInAnEmptyReplica() throws IOException {
    assertThat(reader.generations()).isEmpty();
    assertThat(reader.snapshots(OLD)).isEmpty();
    assertThat(reader.segments(OLD)).isEmpty();
    assertThat(reader.lastSegment(OLD, 0)).isEmpty();
  }

  @Test
  void sortsGenerationsAndPassesOverForeignNames() throws IOException {
    put("generations/ffffffffffffff00/snapshots/00000000.snapshot.lz4", "x");
    put("generations/00000000000000aa/wal/00000000_00000000.wal.lz4", "x");
    put("generations/README/x", "x");
    put("generations/00000000000000AA/x", "x");
    put("other", "x");

    assertThat(reader.generations()).containsExactly(OLD, NEW);
  }

  @Test
  void readsSnapshots() throws IOException {
    put("generations/00000000000000aa/snapshots/00000010.snapshot.lz4", "late");
    put("generations/00000000000000aa/snapshots/0000000f.snapshot.lz4", "early");
    put("generations/00000000000000aa/snapshots/0000000f.snapshot.lz4.tmp", "x");
    put("generations/00000000000000aa/snapshots/ffffffff.snapshot.lz4", "x");
    put("generations/ffffffffffffff00/snapshots/00000001.snapshot.lz4", "x");

    assertThat(reader.snapshots(OLD)).extracting(SnapshotInfo::index).containsExactly(15, 16);
    try (InputStream in = reader.open(reader.snapshots(OLD).get(0))) {
      assertThat(in.readAllBytes()).asString(StandardCharsets.UTF_8).isEqualTo("early");
    }
  }

  @Test
  void sortsSegmentsAsNumbers() throws IOException {
    // As text, "100000000" comes before "fffff000".
    put("generations/00000000000000aa/wal/00000002_100000000.wal.lz4", "x");
    put("generations/00000000000000aa/wal/00000002_fffff000.wal.lz4", "x");
    put("generations/00000000000000aa/wal/00000001_00000020.wal.lz4", "x");
    put("generations/00000000000000aa/wal/00000001_00000000.wal.lz4", "WAL");
    put("generations/00000000000000aa/wal/00000001_0.wal.lz4", "x");

    assertThat(reader.segments(OLD))
        .extracting(SegmentInfo::start)
        .containsExactly(
            new Position(OLD, 1, 0),
            new Position(OLD, 1, 32),
            new Position(OLD, 2, 0xFFFFF000L),
            new Position(OLD, 2, 0x100000000L));
    assertThat(reader.lastSegment(OLD, 0).orElseThrow().start().offset()).isEqualTo(0x100000000L);
    try (InputStream in = reader.open(reader.segments(OLD).get(0))) {
      assertThat(in.readAllBytes()).asString(StandardCharsets.UTF_8).isEqualTo("WAL");
    }
  }

  @Test
  void listsFromAnIndexOn() throws IOException {
    for (int index = 0; index < 5; index++) {
      put("generations/00000000000000aa/wal/0000000%d_00000000.wal.lz4".formatted(index), "x");
      put("generations/00000000000000aa/wal/0000000%d_00000020.wal.lz4".formatted(index), "x");
    }

    assertThat(reader.segmentsFrom(OLD, 3))
        .extracting(SegmentInfo::start)
        .containsExactly(
            new Position(OLD, 3, 0),
            new Position(OLD, 3, 32),
            new Position(OLD, 4, 0),
            new Position(OLD, 4, 32));
    assertThat(reader.segmentsFrom(OLD, 5)).isEmpty();
  }

  @Test
  void readsEveryPageOfAListing() throws IOException {
    for (int i = 0; i < 2345; i++) {
      put("generations/00000000000000aa/wal/%08x_00000000.wal.lz4".formatted(i), "x");
    }

    assertThat(reader.segments(OLD)).hasSize(2345);
    assertThat(reader.segmentsFrom(OLD, 1000)).hasSize(1345);
  }

  @Test
  void saysThatAnObjectIsGone() throws IOException {
    put("generations/00000000000000aa/wal/00000000_00000000.wal.lz4", "x");
    SegmentInfo segment = reader.segments(OLD).get(0);
    store.objects.remove(segment.key());

    assertThatThrownBy(() -> reader.open(segment)).isInstanceOf(NoSuchObjectException.class);
  }
}
