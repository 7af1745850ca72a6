package io.litestream.cli;

import io.litestream.cli.process.ChildCommand;
import io.litestream.cli.process.ChildProcess;
import io.litestream.cli.process.StopSignal;
import io.litestream.cli.process.StopSignals;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What replication goes on until: a stop signal, or the end of the command that runs beside it. A
 * signal that comes while replication begins is heard as well, and ends it in an orderly way.
 */
final class EndOfReplication {

  private static final Logger log = LoggerFactory.getLogger(EndOfReplication.class);

  private final CompletableFuture<StopSignal> signalled = new CompletableFuture<>();
  private final CompletableFuture<ChildProcess> started = new CompletableFuture<>();

  private EndOfReplication() {}

  /** Hears of signals from now on. */
  static EndOfReplication listen(StopSignals signals) {
    EndOfReplication end = new EndOfReplication();
    signals.listen(
        end.signalled::complete,
        () -> Optional.ofNullable(end.started.getNow(null)).ifPresent(ChildProcess::kill));
    return end;
  }

  /**
   * Runs the command, if there is one, and waits.
   *
   * @return the command's exit code; 0 if none was run
   */
  int await(Optional<ChildCommand> command) throws IOException {
    if (command.isEmpty() || signalled.isDone()) {
      signalled.join();
      log.info("signal received, litestream shutting down");
      return Program.OK;
    }
    ChildProcess child = command.get().start();
    started.complete(child);
    CompletableFuture<Integer> exit = child.exit();
    CompletableFuture.anyOf(signalled, exit).join();
    if (signalled.isDone() && !exit.isDone()) {
      log.info("signal received, litestream shutting down");
      child.signal(signalled.join());
    }
    int code = exit.join();
    log.atInfo().addKeyValue("code", code).log("subprocess exited, litestream shutting down");
    return code;
  }
}
