package io.litestream.core.restore;

import io.litestream.core.position.Position;
import io.litestream.core.restore.Replay.Limit;
import io.litestream.core.restore.Replay.Outcome;
import io.litestream.core.restore.RestoreException.Kind;
import io.litestream.core.wal.WalHeader;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.Optional;

/** One restore, from an absent target to a finished database. Used once, by one thread. */
final class Restoration {

  private final RestorePlan plan;
  private final RestoreRequest request;
  private final Progress progress;
  private final Optional<Limit> end;
  private final long startedNanos = System.nanoTime();

  /**
   * @param end where to end, exactly; empty: with the last commit
   */
  Restoration(
      RestorePlan plan, RestoreRequest request, RestoreProgress progress, Optional<Limit> end) {
    this.plan = plan;
    this.request = request;
    this.end = end;
    this.progress = new Progress(progress, plan.totalBytes());
  }

  RestoreResult run() throws IOException, InterruptedException {
    try (Target target = Target.create(request.output())) {
      PageWriter writer = new PageWriter(target.channel());
      try {
        Outcome outcome = replay(writer);
        boolean proved = provedBy(outcome);
        IntegrityCheck check = Completion.wanted(request.integrityCheck(), proved);
        Completion.finish(target, check, this::damaged);
        target.publish();
        return new RestoreResult(
            plan.replica().name(),
            end.map(Limit::position).orElse(outcome.committed()),
            writer.length(),
            outcome.pageSize(),
            plan.walIndexes(),
            plan.segments().size(),
            Duration.ofNanos(System.nanoTime() - startedNanos),
            proved,
            check);
      } catch (TargetException e) {
        if (e.failure() instanceof ClosedByInterruptException) {
          Thread.interrupted();
          throw new InterruptedException("restore interrupted while writing");
        }
        throw target.failed(e.failure(), writer.needed());
      }
    }
  }

  private Outcome replay(PageWriter writer) throws IOException, InterruptedException {
    if (end.isPresent()) {
      Outcome exact = pass(writer, end);
      requireReached(exact.committed(), end.get().position());
      return exact;
    }
    Outcome outcome = pass(writer, Optional.empty());
    if (!outcome.openEnd()) {
      return outcome;
    }
    // The last segment ends inside a transaction, and its pages have overwritten those of the
    // commit before. Only now it is known where that was; so once more, up to there.
    try {
      writer.resize(0);
    } catch (IOException e) {
      throw new TargetException(e);
    }
    progress.restart();
    Outcome again =
        pass(writer, Optional.of(new Limit(outcome.committed(), outcome.committedPages())));
    if (!again.committed().equals(outcome.committed())) {
      throw new RestoreException(
          Kind.DAMAGED,
          "cannot restore from %s: its objects changed meanwhile, the last commit from %s to %s; try again"
              .formatted(plan.replica(), outcome.committed(), again.committed()));
    }
    return again;
  }

  /** Of an index without a commit there is nothing to reach. */
  private void requireReached(Position reached, Position wanted) throws RestoreException {
    if (wanted.offset() > WalHeader.SIZE && !reached.covers(wanted)) {
      throw Damage.missing(
          plan, wanted.index(), "its segments end at %s, before %s".formatted(reached, wanted));
    }
  }

  private Outcome pass(PageWriter writer, Optional<Limit> limit)
      throws IOException, InterruptedException {
    try (Replay replay = new Replay(plan, request.parallelism(), writer, progress, limit)) {
      return replay.run();
    }
  }

  private boolean provedBy(Outcome outcome) {
    boolean cutInSnapshot = plan.cut() && plan.endIndex() == plan.snapshot().index();
    return plan.walIndexes() > 0 && outcome.proved() && !cutInSnapshot;
  }

  private RestoreException damaged(String finding) {
    return new RestoreException(
        Kind.DAMAGED,
        "cannot restore from %s: SQLite finds the restored database damaged (%s); segments at the end of an index are missing, or the source was damaged; %s"
            .formatted(plan.replica(), finding, Damage.advice(plan, plan.endIndex())));
  }
}
