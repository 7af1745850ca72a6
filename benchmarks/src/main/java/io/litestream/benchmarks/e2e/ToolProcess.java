package io.litestream.benchmarks.e2e;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** A tool that runs; closing asks it to end, and waits. None outlives this JVM. */
final class ToolProcess implements AutoCloseable {

  private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();
  private static final long LOOK_MILLIS = 20;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  static {
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> RUNNING.forEach(Process::destroyForcibly)));
  }

  private final Process process;
  private final CompletableFuture<Long> endedAt;

  private ToolProcess(Process process) {
    this.process = process;
    this.endedAt = process.onExit().thenApply(ended -> System.nanoTime());
  }

  static ToolProcess start(List<String> command, Path log) throws IOException {
    Process started =
        new ProcessBuilder(command)
            .redirectInput(new File("/dev/null"))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    RUNNING.add(started);
    return new ToolProcess(started);
  }

  /**
   * Waits for the end by itself.
   *
   * @return the peak of its memory in megabytes, as far as that was seen
   */
  double awaitEnd(Duration limit) throws IOException, InterruptedException {
    long began = System.nanoTime();
    double peak = 0;
    while (!process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
      peak = Math.max(peak, figures().map(ProcessFigures::peakMegabytes).orElse(0.0));
      if (System.nanoTime() - began > limit.toNanos()) {
        throw new IOException("it has not ended within " + limit.toSeconds() + " s");
      }
    }
    return peak;
  }

  /** By {@link System#nanoTime}, of one that has ended. */
  long endedAt() {
    return endedAt.join();
  }

  int exitValue() {
    return process.exitValue();
  }

  /** Empty if it has ended. */
  Optional<ProcessFigures> figures() {
    return ProcessFigures.read(process.pid());
  }

  /** Of one that has to be running. */
  ProcessFigures runningFigures() {
    requireRunning();
    return figures().orElseThrow();
  }

  void requireRunning() {
    if (!process.isAlive()) {
      throw new IllegalStateException("the tool has ended by itself");
    }
  }

  @Override
  public void close() throws IOException {
    process.destroy();
    boolean ended = false;
    try {
      ended = process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    process.destroyForcibly();
    RUNNING.remove(process);
    if (!ended) {
      throw new IOException("it did not end within " + PATIENCE.toSeconds() + " s of SIGTERM");
    }
  }
}
