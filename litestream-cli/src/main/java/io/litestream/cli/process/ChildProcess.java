package io.litestream.cli.process;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/** A process that runs beside replication. */
public final class ChildProcess {

  private final Process process;

  ChildProcess(Process process) {
    this.process = process;
  }

  /** Its exit code, once it has ended; 128 and the signal's number, if a signal ended it. */
  public CompletableFuture<Integer> exit() {
    return process.onExit().thenApply(Process::exitValue);
  }

  /** Passes a signal on. */
  public void signal(StopSignal signal) {
    if (signal == StopSignal.INT && interrupt()) {
      return;
    }
    process.destroy();
  }

  /** The JDK itself can only terminate; any shell has {@code kill} built in. */
  private boolean interrupt() {
    try {
      Process kill =
          new ProcessBuilder("sh", "-c", "kill -INT " + process.pid())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return kill.waitFor() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Ends it at once. */
  public void kill() {
    process.destroyForcibly();
  }
}
