package io.litestream.benchmarks;

import io.litestream.core.age.AgeFiles;
import io.litestream.core.age.AgeKeys;
import io.litestream.core.age.AgeOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Random;
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

/** An object, compressed already, on its way into an age file and out of it again. */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 1)
@State(Scope.Thread)
public class EncryptionBenchmark {

  /** Keys of nobody, made by {@code age-keygen}. */
  private static final AgeKeys KEYS =
      new AgeKeys(
          List.of("age158yreukg5utsstdjl5vtjwqumt7x9a8cvfrufd48hae2pevdvpksrhcfhf"),
          List.of("AGE-SECRET-KEY-1XJMU5PF3NC7UE7P6GDWQDGG60LJR68R3FZT592EFZV7S0ZGLFETQLPF0UU"));

  /** Bytes of an object: a segment of few pages, and a large one. */
  @Param({"4096", "8388608"})
  int size = 4096;

  private final byte[] buffer = new byte[64 << 10];
  private byte[] object = {};
  private byte[] encrypted = {};

  @Setup
  public void makeObject() throws IOException {
    // What cannot be compressed any more looks like this; the cipher does not care.
    object = new byte[size];
    new Random(1).nextBytes(object);
    encrypted = encryptObject().toByteArray();
  }

  private ByteArrayOutputStream encryptObject() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream(size + size / 64 + 1024);
    try (AgeOutputStream age = new AgeOutputStream(out, KEYS)) {
      age.write(object);
      age.finish();
    }
    return out;
  }

  /** A new key for the object, encrypted for the recipient, and the content with it. */
  @Benchmark
  public int encrypt(WalBenchmark.Volume volume) throws IOException {
    volume.add(size);
    return encryptObject().size();
  }

  /** Finds the object's key, and authenticates and decrypts the content. */
  @Benchmark
  public long decrypt(WalBenchmark.Volume volume) throws IOException {
    long length = 0;
    try (InputStream in = AgeFiles.open(new ByteArrayInputStream(encrypted), KEYS)) {
      for (int got = in.read(buffer); got >= 0; got = in.read(buffer)) {
        length += got;
      }
    }
    volume.add(length);
    return length;
  }
}
