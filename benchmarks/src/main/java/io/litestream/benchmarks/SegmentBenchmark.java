package io.litestream.benchmarks;

import io.litestream.core.codec.Lz4InputStream;
import io.litestream.core.codec.Lz4OutputStream;
import io.litestream.core.wal.FrameScanner;
import io.litestream.core.wal.WalHeader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteOrder;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
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
import org.openjdk.jmh.annotations.Warmup;

/** A piece of WAL on its way into a segment, and out of it again. */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "-Dslf4j.internal.verbosity=ERROR"})
@State(Scope.Thread)
public class SegmentBenchmark {

  /** As large as the segments that the engine makes while an application writes flat out. */
  private static final long WAL_SIZE = 16L << 20;

  private static final int CHUNK = 1 << 20;

  /** Bytes of a page. */
  @Param({"1024", "4096", "65536"})
  int pageSize = 4096;

  private final byte[] buffer = new byte[CHUNK];
  private byte[] wal = {};
  private byte[] segment = {};

  @Setup
  public void makeWal() throws IOException, SQLException {
    wal = WalBytes.make(pageSize, ByteOrder.LITTLE_ENDIAN, WAL_SIZE);
    segment = compress().toByteArray();
  }

  private ByteArrayOutputStream compress() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream(Math.max(segment.length, wal.length));
    try (Lz4OutputStream lz4 = new Lz4OutputStream(out)) {
      for (int at = 0; at < wal.length; at += CHUNK) {
        lz4.write(wal, at, Math.min(CHUNK, wal.length - at));
      }
      lz4.finish();
    }
    return out;
  }

  /** Compresses, and sums for the frame's own checksum. */
  @Benchmark
  public int encode(WalBenchmark.Volume volume) throws IOException {
    volume.add(wal.length);
    return compress().size();
  }

  /** Decompresses, with the frame's own checksum. */
  @Benchmark
  public long decode(WalBenchmark.Volume volume) throws IOException {
    long length = 0;
    try (Lz4InputStream in = new Lz4InputStream(new ByteArrayInputStream(segment))) {
      for (int got = in.read(buffer); got >= 0; got = in.read(buffer)) {
        length += got;
      }
    }
    volume.add(length);
    return length;
  }

  /** Decompresses, and follows salts and checksums of each WAL frame. */
  @Benchmark
  public long decodeAndVerify(WalBenchmark.Volume volume) throws IOException {
    try (Lz4InputStream in = new Lz4InputStream(new ByteArrayInputStream(segment))) {
      WalHeader header = WalHeader.parse(in.readNBytes(WalHeader.SIZE)).orElseThrow();
      FrameScanner scanner = FrameScanner.fromStart(header);
      int chunk = CHUNK / header.frameSize() * header.frameSize();
      int got = chunk;
      while (got == chunk) {
        got = in.readNBytes(buffer, 0, chunk);
        if (scanner.scan(buffer, 0, got) != FrameScanner.End.INPUT) {
          throw new IllegalStateException("a frame is not valid after " + scanner.offset());
        }
      }
      volume.add(scanner.committedOffset());
      return scanner.committedChecksum();
    }
  }
}
