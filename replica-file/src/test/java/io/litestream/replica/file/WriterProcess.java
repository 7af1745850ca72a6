package io.litestream.replica.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream.spi.ObjectWriter;
import io.litestream.spi.ReplicaStore;
import io.litestream.spi.RequestObserver;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A process of its own that is in the middle of an object. It can be killed, or told to go on. */
final class WriterProcess implements AutoCloseable {

  private static final int BYTES = 300_000;
  private static final long PATIENCE_SECONDS = 30;

  private final Process process;
  private final BufferedReader output;

  private WriterProcess(Process process) {
    this.process = process;
    this.output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  /** Starts one, and returns when the object is written and not committed. */
  static WriterProcess begin(Path root, String key) throws IOException {
    return start("once", root, key);
  }

  /** Starts one that writes objects again and again, until it is killed. */
  static WriterProcess writeOnAndOn(Path root, String key) throws IOException {
    return start("on and on", root, key);
  }

  private static WriterProcess start(String how, Path root, String key) throws IOException {
    var started =
        new WriterProcess(
            new ProcessBuilder(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx32m",
                    "-XX:TieredStopAtLevel=1",
                    "-XX:+UseSerialGC",
                    "-cp",
                    System.getProperty("java.class.path"),
                    WriterProcess.class.getName(),
                    how,
                    root.toString(),
                    key)
                .redirectErrorStream(true)
                .start());
    assertThat(started.output.readLine()).isEqualTo("written");
    return started;
  }

  /** Has it commit its object, and waits for its end. */
  void commit() throws Exception {
    process.getOutputStream().write('\n');
    process.getOutputStream().flush();
    assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).as("it ends").isTrue();
    assertThat(process.exitValue()).as(output.lines().toList().toString()).isZero();
  }

  /** Kills it after a while, as kill -9 does. */
  void killAfter(long millis) throws InterruptedException {
    assertThat(process.waitFor(millis, TimeUnit.MILLISECONDS)).as("it has ended").isFalse();
    process.destroyForcibly();
    assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).as("it dies").isTrue();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  /** What the process does. */
  public static void main(String[] args) throws IOException {
    Path root = Path.of(args[1]);
    String key = args[2];
    try (ReplicaStore store = new FileStore(root, RequestObserver.NONE)) {
      if (args[0].equals("once")) {
        writeOnce(store, key);
      } else {
        writeOnAndOn(store, key);
      }
    }
  }

  private static void writeOnce(ReplicaStore store, String key) throws IOException {
    try (ObjectWriter writer = store.create(key)) {
      writer.write(new byte[BYTES]);
      System.out.println("written");
      if (System.in.read() >= 0) {
        writer.commit();
      }
    }
  }

  private static void writeOnAndOn(ReplicaStore store, String key) throws IOException {
    System.out.println("written");
    for (int i = 0; ; i = (i + 1) % 10) {
      try (ObjectWriter writer = store.create(key + i)) {
        writer.write(new byte[BYTES]);
        writer.commit();
      }
    }
  }
}
