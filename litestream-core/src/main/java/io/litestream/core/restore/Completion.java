package io.litestream.core.restore;

import io.litestream.core.sqlite.IntegrityProbe;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Function;

/** The last steps before a restored database gets its name. */
final class Completion {

  private Completion() {}

  /**
   * What SQLite is to check.
   *
   * @param proved whether checksums leave no doubt
   */
  static IntegrityCheck wanted(IntegrityCheck asked, boolean proved) {
    return switch (asked) {
      case AUTO -> proved ? IntegrityCheck.NONE : IntegrityCheck.QUICK;
      case NONE -> IntegrityCheck.NONE;
      case QUICK -> IntegrityCheck.QUICK;
      case FULL -> IntegrityCheck.FULL;
    };
  }

  /**
   * Brings the file to disk, while SQLite reads it.
   *
   * @param damaged what SQLite's first finding means
   * @throws TargetException if the file cannot be written
   */
  static void finish(
      Target target, IntegrityCheck check, Function<String, RestoreException> damaged)
      throws IOException, InterruptedException {
    FutureTask<Void> forced =
        new FutureTask<>(
            () -> {
              target.channel().force(true);
              return null;
            });
    Thread forcing = new Thread(forced, "litestream-restore-force");
    forcing.setDaemon(true);
    forcing.start();
    try {
      if (check != IntegrityCheck.NONE) {
        List<String> findings =
            IntegrityProbe.run(target.temporary(), check == IntegrityCheck.FULL);
        if (!findings.isEmpty()) {
          throw damaged.apply(findings.get(0));
        }
      }
      forced.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failure) {
        throw new TargetException(failure);
      }
      throw new IllegalStateException("cannot force " + target.temporary(), e.getCause());
    } finally {
      joinUninterruptibly(forcing);
    }
  }

  private static void joinUninterruptibly(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
