package io.litestream.core.restore;

import io.litestream.core.ltx.DatabaseChecksum;
import io.litestream.core.ltx.LockPage;
import io.litestream.core.position.TxId;
import io.litestream.core.restore.RestoreException.Kind;
import io.litestream.spi.NoSuchObjectException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.OptionalLong;

/**
 * One restore from LTX files, from an absent target to a finished database. Used once, by one
 * thread.
 */
final class LtxRestoration {

  /**
   * v0.5 removes single transactions minutes after it has compacted them, so a plan's files may go
   * while a large snapshot is being read. Each time the rest is planned anew.
   */
  private static final int NEW_PLANS = 3;

  private static final int READ_BUFFER = 1 << 20;

  private final LtxPlan plan;
  private final LtxRestoreRequest request;
  private final Progress progress;
  private final LtxChain chain = new LtxChain();
  private final long startedNanos = System.nanoTime();

  LtxRestoration(LtxPlan plan, LtxRestoreRequest request, RestoreProgress progress) {
    this.plan = plan;
    this.request = request;
    this.progress = new Progress(progress, plan.totalBytes());
  }

  LtxRestoreResult run() throws IOException, InterruptedException {
    try (Target target = Target.create(request.output())) {
      PageWriter writer = new PageWriter(target.channel());
      try {
        int files = replay(writer);
        boolean proved = compareChecksum(target.channel());
        IntegrityCheck check = Completion.wanted(request.integrityCheck(), proved);
        Completion.finish(target, check, this::damaged);
        target.publish();
        return new LtxRestoreResult(
            plan.replica().name(),
            new TxId(chain.last()),
            writer.length(),
            chain.pageSize(),
            files,
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

  /** Gives the number of files applied. */
  private int replay(PageWriter writer) throws IOException, InterruptedException {
    LtxPlan current = plan;
    int applied = 0;
    for (int newPlans = 0; ; newPlans++) {
      try (LtxReplay replay =
          new LtxReplay(current, chain, request.parallelism(), writer, progress)) {
        replay.run();
        return applied + current.files().size();
      } catch (NoSuchObjectException e) {
        if (newPlans == NEW_PLANS) {
          throw new RestoreException(
              Kind.DAMAGED,
              "cannot restore from %s: %s was listed, but is gone, and so were others before; try again"
                  .formatted(plan.replica(), e.key().orElse("a file")),
              e);
        }
        applied += appliedOf(current);
        current = current.rest(plan.replica().files(), chain.last());
      }
    }
  }

  private int appliedOf(LtxPlan current) {
    return (int)
        current.files().stream().filter(file -> file.last().number() <= chain.last()).count();
  }

  private boolean compareChecksum(FileChannel channel) throws IOException {
    OptionalLong expected = chain.checksum();
    if (expected.isEmpty()) {
      return false;
    }
    long found = checksum(channel);
    if (found != expected.getAsLong()) {
      throw LtxDamage.ofDatabase(
          plan,
          "the restored database has checksum %016x instead of %016x"
              .formatted(found, expected.getAsLong()));
    }
    return true;
  }

  private long checksum(FileChannel channel) throws TargetException {
    DatabaseChecksum checksum = new DatabaseChecksum();
    int pageSize = chain.pageSize();
    byte[] bytes = new byte[READ_BUFFER];
    long lockPage = LockPage.of(pageSize);
    int pagesAtOnce = READ_BUFFER / pageSize;
    try {
      for (long done = 0; done < chain.pages(); done += pagesAtOnce) {
        int count = (int) Math.min(pagesAtOnce, chain.pages() - done);
        readFully(channel, done * pageSize, ByteBuffer.wrap(bytes, 0, count * pageSize));
        for (int i = 0; i < count; i++) {
          if (done + i + 1 != lockPage) {
            checksum.add(done + i + 1, bytes, i * pageSize, pageSize);
          }
        }
      }
    } catch (IOException e) {
      throw new TargetException(e);
    }
    return checksum.value();
  }

  private static void readFully(FileChannel channel, long position, ByteBuffer into)
      throws IOException {
    long at = position;
    while (into.hasRemaining()) {
      int part = channel.read(into, at);
      if (part < 0) {
        throw new EOFException("the restored file ends at " + at);
      }
      at += part;
    }
  }

  private RestoreException damaged(String finding) {
    return LtxDamage.ofDatabase(
        plan, "SQLite finds the restored database damaged (%s)".formatted(finding));
  }
}
