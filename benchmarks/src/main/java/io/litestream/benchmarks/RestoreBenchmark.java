package io.litestream.benchmarks;

import static java.util.Objects.requireNonNull;

import io.litestream.core.ReplicaOptions;
import io.litestream.core.ReplicaStores;
import io.litestream.core.codec.Lz4OutputStream;
import io.litestream.core.layout.ReplicaLayout;
import io.litestream.core.position.Generation;
import io.litestream.core.position.Position;
import io.litestream.core.replica.ReplicaReader;
import io.litestream.core.restore.IntegrityCheck;
import io.litestream.core.restore.RestoreProgress;
import io.litestream.core.restore.RestoreRequest;
import io.litestream.core.restore.Restorer;
import io.litestream.spi.ObjectWriter;
import io.litestream.spi.ReplicaStore;
import io.litestream.spi.RequestObserver;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Everything between a replica in a directory and the finished file: 64 MB of WAL in 16 segments.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "-Dslf4j.internal.verbosity=ERROR"})
@State(Scope.Thread)
public class RestoreBenchmark {

  private static final long WAL_SIZE = 64L << 20;
  private static final int SEGMENTS = 16;
  private static final Generation GENERATION = Generation.of(1);

  /** Bytes of a page. */
  @Param({"1024", "4096", "65536"})
  int pageSize = 4096;

  private @Nullable Path root;
  private @Nullable ReplicaStore store;
  private long walLength;

  @Setup
  public void makeReplica() throws IOException, SQLException {
    Path root = Files.createTempDirectory("litestream-benchmark");
    this.root = root;
    ReplicaOptions options = ReplicaOptions.of("file://" + root.resolve("replica"));
    ReplicaStore store = ReplicaStores.installed().open(options, RequestObserver.NONE);
    this.store = store;
    byte[] wal = WalBytes.make(pageSize, ByteOrder.LITTLE_ENDIAN, WAL_SIZE);
    walLength = wal.length;
    put(ReplicaLayout.snapshotKey(GENERATION, 0), firstPage());
    int frameSize = 24 + pageSize;
    int frames = (wal.length - 32) / frameSize;
    int from = 0;
    for (int i = 1; i <= SEGMENTS; i++) {
      int to = i == SEGMENTS ? wal.length : 32 + frames * i / SEGMENTS * frameSize;
      put(
          ReplicaLayout.segmentKey(new Position(GENERATION, 0, from)),
          Arrays.copyOfRange(wal, from, to));
      from = to;
    }
  }

  /** What a snapshot says before the WAL's own first page replaces it: the size of a page. */
  private byte[] firstPage() {
    byte[] page = new byte[pageSize];
    byte[] magic = "SQLite format 3\0".getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(magic, 0, page, 0, magic.length);
    int code = pageSize == 65536 ? 1 : pageSize;
    page[16] = (byte) (code >>> 8);
    page[17] = (byte) code;
    page[31] = 1; // one page
    return page;
  }

  private void put(String key, byte[] content) throws IOException {
    try (ObjectWriter writer = requireNonNull(store).create(key)) {
      try (Lz4OutputStream out = new Lz4OutputStream(writer)) {
        out.write(content);
        out.finish();
      }
      writer.commit();
    }
  }

  @TearDown
  public void removeFiles() throws IOException {
    requireNonNull(store).close();
    List<Path> files;
    try (Stream<Path> walk = Files.walk(requireNonNull(root))) {
      files = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path file : files) {
      Files.delete(file);
    }
  }

  /** Reads, decompresses, verifies, writes each page to its place, and brings it all to disk. */
  @Benchmark
  public long restore(WalBenchmark.Volume volume) throws IOException, InterruptedException {
    Path output = requireNonNull(root).resolve("restored.db");
    RestoreRequest request =
        new RestoreRequest(
            output,
            Optional.empty(),
            OptionalInt.empty(),
            Optional.empty(),
            RestoreRequest.DEFAULT_PARALLELISM,
            IntegrityCheck.NONE);
    List<ReplicaReader> replica = List.of(new ReplicaReader("file", requireNonNull(store)));
    long size =
        Restorer.restore(Restorer.plan(replica, request), request, RestoreProgress.NONE)
            .databaseBytes();
    Files.delete(output);
    volume.add(walLength);
    return size;
  }
}
