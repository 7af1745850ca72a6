package io.litestream.benchmarks;

import static java.util.Objects.requireNonNull;

import io.litestream.core.position.Generation;
import io.litestream.core.shadow.MetaDirectory;
import io.litestream.core.shadow.ShadowFile;
import io.litestream.core.wal.FrameScanner;
import io.litestream.core.wal.WalHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
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

/** A WAL file's way into the shadow WAL, beside a copy of the same file that looks at nothing. */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "-Dslf4j.internal.verbosity=ERROR"})
@State(Scope.Thread)
public class ShadowBenchmark {

  private static final long WAL_SIZE = 64L << 20;
  private static final Generation GENERATION = Generation.of(1);

  /** What the engine reads at once. */
  private final byte[] buffer = new byte[1 << 20];

  /** Bytes of a page. */
  @Param({"1024", "4096", "65536"})
  int pageSize = 4096;

  /** How the checksum reads words; SQLite writes the machine's own order. */
  @Param({"LITTLE_ENDIAN", "BIG_ENDIAN"})
  String byteOrder = "LITTLE_ENDIAN";

  private @Nullable Path directory;
  private @Nullable FileChannel wal;
  private @Nullable MetaDirectory meta;

  @Setup
  public void makeWal() throws IOException, SQLException {
    Path root = Files.createTempDirectory("litestream-benchmark");
    Path file = root.resolve("app.db-wal");
    ByteOrder order =
        byteOrder.equals("BIG_ENDIAN") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    Files.write(file, WalBytes.make(pageSize, order, WAL_SIZE));
    directory = root;
    wal = FileChannel.open(file, StandardOpenOption.READ);
    meta = MetaDirectory.open(root.resolve("meta"), file);
    byte[] header = header(wal);
    meta.beginGeneration(GENERATION, header, WalHeader.parse(header).orElseThrow()).close();
  }

  @TearDown
  public void removeFiles() throws IOException {
    requireNonNull(wal).close();
    requireNonNull(meta).close();
    List<Path> files;
    try (Stream<Path> walk = Files.walk(requireNonNull(directory))) {
      files = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path file : files) {
      Files.delete(file);
    }
  }

  /** Reads the WAL, verifies each frame, and writes what is committed to a new shadow file. */
  @Benchmark
  public long copyToShadow(WalBenchmark.Volume volume) throws IOException {
    FileChannel wal = requireNonNull(this.wal);
    byte[] headerBytes = header(wal);
    WalHeader header = WalHeader.parse(headerBytes).orElseThrow();
    FrameScanner scanner = FrameScanner.fromStart(header);
    int chunk = buffer.length / header.frameSize() * header.frameSize();
    try (ShadowFile shadow = requireNonNull(meta).beginIndex(GENERATION, 0, headerBytes, header)) {
      int got = chunk;
      while (got == chunk) {
        long at = scanner.offset();
        got = read(wal, chunk, at);
        if (scanner.scan(buffer, 0, got) != FrameScanner.End.INPUT) {
          throw new IllegalStateException("a frame is not valid after " + scanner.offset());
        }
        // The engine waits for the commit; here that would only move the bytes to the next append.
        shadow.append(buffer, 0, got, scanner.checksum());
      }
      if (scanner.committedOffset() != wal.size()) {
        throw new IllegalStateException("committed up to " + scanner.committedOffset() + " only");
      }
      volume.add(shadow.length());
      return shadow.length();
    }
  }

  /** The same reads and writes and nothing else: the limit. */
  @Benchmark
  public long copyFile(WalBenchmark.Volume volume) throws IOException {
    FileChannel wal = requireNonNull(this.wal);
    Path copy = requireNonNull(directory).resolve("copy");
    Files.deleteIfExists(copy);
    long at = 0;
    try (FileChannel out =
        FileChannel.open(copy, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      int got = buffer.length;
      while (got == buffer.length) {
        got = read(wal, buffer.length, at);
        ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, got);
        while (bytes.hasRemaining()) {
          out.write(bytes, at + bytes.position());
        }
        at += got;
      }
    }
    volume.add(at);
    return at;
  }

  private byte[] header(FileChannel wal) throws IOException {
    read(wal, WalHeader.SIZE, 0);
    return Arrays.copyOf(buffer, WalHeader.SIZE);
  }

  private int read(FileChannel file, int length, long at) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, length);
    while (bytes.hasRemaining() && file.read(bytes, at + bytes.position()) >= 0) {
      // Until the buffer is full or the file ends.
    }
    return bytes.position();
  }
}
