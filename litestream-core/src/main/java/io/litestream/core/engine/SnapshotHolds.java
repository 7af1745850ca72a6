package io.litestream.core.engine;

import io.litestream.core.position.Position;
import io.litestream.core.sync.DatabaseSync;
import java.io.IOException;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/**
 * The {@link SnapshotHold}s of one database: asked for by any thread, granted by the steps of its
 * replicator.
 */
final class SnapshotHolds {

  private final Runnable wake;
  private final Queue<CompletableFuture<SnapshotHold>> requests = new ConcurrentLinkedQueue<>();
  private final AtomicInteger held = new AtomicInteger();

  /**
   * @param wake has a step begin
   */
  SnapshotHolds(Runnable wake) {
    this.wake = wake;
  }

  /**
   * Waits for a hold. One that is granted when nobody waits for it any more is let go.
   *
   * @param patience how long; must not be negative
   * @throws IOException if the database cannot be copied, or not in time
   * @throws InterruptedException if the thread was interrupted
   */
  SnapshotHold await(Duration patience) throws IOException, InterruptedException {
    CompletableFuture<SnapshotHold> request = new CompletableFuture<>();
    requests.add(request);
    wake.run();
    try {
      return request.get(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      throw new IOException(e.getCause());
    } catch (TimeoutException | CancellationException e) {
      giveUp(request);
      throw new IOException("the database could not be copied in time", e);
    } catch (InterruptedException e) {
      giveUp(request);
      throw e;
    }
  }

  /** It may have been granted just now. */
  private static void giveUp(CompletableFuture<SnapshotHold> request) {
    if (!request.cancel(false) && !request.isCompletedExceptionally()) {
      request.join().close();
    }
  }

  boolean isRequested() {
    return !requests.isEmpty();
  }

  /** Whether the WAL may not be checkpointed now. */
  boolean isHeld() {
    return held.get() > 0;
  }

  /**
   * Grants what was asked for.
   *
   * @param covered the end of the shadow WAL, which holds everything that was committed
   * @param open whether the database has been open without a break until it is asked
   */
  void grant(DatabaseSync sync, Position covered, BooleanSupplier open) {
    for (var request = requests.poll(); request != null; request = requests.poll()) {
      held.incrementAndGet();
      SnapshotHold hold = new SnapshotHold(sync, covered, open, this::release);
      if (!request.complete(hold)) {
        hold.close();
      }
    }
  }

  private void release() {
    held.decrementAndGet();
    wake.run();
  }

  void refuse(String reason) {
    for (var request = requests.poll(); request != null; request = requests.poll()) {
      request.completeExceptionally(new IOException(reason));
    }
  }

  void cancel() {
    for (var request = requests.poll(); request != null; request = requests.poll()) {
      request.cancel(false);
    }
  }
}
