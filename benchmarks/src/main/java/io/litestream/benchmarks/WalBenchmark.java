package io.litestream.benchmarks;

import static java.util.Objects.requireNonNull;

import io.litestream.core.wal.FrameScanner;
import io.litestream.core.wal.WalChecksum;
import io.litestream.core.wal.WalHeader;
import java.io.IOException;
import java.nio.ByteOrder;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What is done to every byte of a WAL before anything else, over a WAL of many megabytes. */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "-Dslf4j.internal.verbosity=ERROR"})
@State(Scope.Thread)
public class WalBenchmark {

  /** Far more than the caches of a core hold, so that memory is part of what is measured. */
  private static final long WAL_SIZE = 64L << 20;

  /** What the engine reads at once. */
  private static final int CHUNK = 256 << 10;

  /** Bytes of a page. */
  @Param({"1024", "4096", "65536"})
  int pageSize = 4096;

  /** How the checksum reads words; SQLite writes the machine's own order. */
  @Param({"LITTLE_ENDIAN", "BIG_ENDIAN"})
  String byteOrder = "LITTLE_ENDIAN";

  private byte[] wal = {};
  private @Nullable WalHeader header;

  @Setup
  public void makeWal() throws IOException, SQLException {
    ByteOrder order =
        byteOrder.equals("BIG_ENDIAN") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    wal = WalBytes.make(pageSize, order, WAL_SIZE);
    header = WalHeader.parse(wal).orElseThrow();
  }

  /** The checksum alone, page after page, without looking at what the frames say. */
  @Benchmark
  public long checksum(Volume volume) {
    WalHeader header = requireNonNull(this.header);
    long checksum = header.checksum();
    int frameSize = header.frameSize();
    for (int at = WalHeader.SIZE; at + frameSize <= wal.length; at += frameSize) {
      checksum =
          WalChecksum.update(
              checksum, wal, at + WalHeader.FRAME_HEADER_SIZE, header.pageSize(), header.order());
    }
    volume.add(wal.length);
    return checksum;
  }

  /** The same sum by the loop that defines it, one step after the other. */
  @Benchmark
  public long plainChecksum(Volume volume) {
    WalHeader header = requireNonNull(this.header);
    long checksum = header.checksum();
    int frameSize = header.frameSize();
    for (int at = WalHeader.SIZE; at + frameSize <= wal.length; at += frameSize) {
      int from = at + WalHeader.FRAME_HEADER_SIZE;
      checksum =
          header.order() == ByteOrder.BIG_ENDIAN
              ? PlainChecksum.updateBig(checksum, wal, from, header.pageSize())
              : PlainChecksum.updateLittle(checksum, wal, from, header.pageSize());
    }
    volume.add(wal.length);
    return checksum;
  }

  /** Salts, checksums and commits of every frame, as before a frame is copied anywhere. */
  @Benchmark
  public long scan(Volume volume) {
    WalHeader header = requireNonNull(this.header);
    FrameScanner scanner = FrameScanner.fromStart(header);
    int chunk = CHUNK / header.frameSize() * header.frameSize();
    for (int at = WalHeader.SIZE; at < wal.length; at += chunk) {
      if (scanner.scan(wal, at, Math.min(chunk, wal.length - at)) != FrameScanner.End.INPUT) {
        throw new IllegalStateException("a frame is not valid after " + scanner.offset());
      }
    }
    if (scanner.committedOffset() != wal.length) {
      throw new IllegalStateException("committed up to " + scanner.committedOffset() + " only");
    }
    volume.add(wal.length);
    return scanner.committedChecksum();
  }

  /** Counts bytes; JMH reports the megabytes (10^6 bytes) of each second. */
  @AuxCounters(AuxCounters.Type.OPERATIONS)
  @State(Scope.Thread)
  public static class Volume {
    private double megabytes;

    void add(long bytes) {
      megabytes += bytes / 1e6;
    }

    @Setup(Level.Iteration)
    public void reset() {
      megabytes = 0;
    }

    /** What JMH reads after each iteration, and prints as {@code :MB}. */
    public double MB() {
      return megabytes;
    }
  }
}
