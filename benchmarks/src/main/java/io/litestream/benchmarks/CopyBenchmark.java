package io.litestream.benchmarks;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The limit to compare with: how fast memory is copied when nobody looks at it. */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@State(Scope.Thread)
public class CopyBenchmark {

  private static final int SIZE = 64 << 20;

  private byte[] source = {};
  private byte[] target = {};

  @Setup
  public void allocate() {
    source = new byte[SIZE];
    target = new byte[SIZE];
    // An untouched page of memory is shared and would be read from cache.
    Arrays.fill(source, (byte) 1);
  }

  /** 64 MiB from one array to another; the bytes are counted once. */
  @Benchmark
  public byte[] copy(WalBenchmark.Volume volume) {
    System.arraycopy(source, 0, target, 0, SIZE);
    volume.add(SIZE);
    return target;
  }
}
