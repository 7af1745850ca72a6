package io.litestream.testkit;

import static io.litestream.testkit.StoreOperation.DELETE;

import io.litestream.spi.DeleteReport;
import io.litestream.spi.DeleteReport.Failure;
import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaException.Kind;
import io.litestream.spi.RequestObserver.Operation;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** One delete from an {@link InMemoryStore}, in batches as a remote store would have it. */
final class MemoryDeletion {

  private static final int BATCH = 1000;

  private final MemoryServer server;
  private final Observation observation;
  private final List<String> deleted = new ArrayList<>();
  private final List<Failure> failed = new ArrayList<>();

  MemoryDeletion(MemoryServer server, Observation observation) {
    this.server = server;
    this.observation = observation;
  }

  DeleteReport delete(Collection<String> keys) throws ReplicaException {
    List<String> distinct = List.copyOf(new LinkedHashSet<>(keys));
    boolean interruptedBefore = Thread.currentThread().isInterrupted();
    for (int start = 0; start < distinct.size(); start += BATCH) {
      List<String> batch = distinct.subList(start, Math.min(start + BATCH, distinct.size()));
      long started = System.nanoTime();
      boolean answered = false;
      try {
        answered = deleteBatch(batch);
      } catch (ReplicaException e) {
        if (start == 0 && interruptedBefore) {
          throw e;
        }
        failAll(batch, e.code().orElse(e.kind().name()), "the thread was interrupted");
      } finally {
        observation.ended(Operation.DELETE, 0, started, !answered);
      }
    }
    return new DeleteReport(deleted, failed);
  }

  /** Whether the store answered at all; if not, all keys of the batch are failed. */
  private boolean deleteBatch(List<String> batch) throws ReplicaException {
    StoreCall call = server.arrive(DELETE, batch.get(0));
    Optional<Kind> whole = server.faults.takeNext(DELETE);
    if (whole.isPresent()) {
      failAll(batch, Faults.code(whole.get()), "the store was told to fail the batch");
      return false;
    }
    boolean lost = server.faults.takeLostAnswer(DELETE);
    int refused = 0;
    for (String key : batch) {
      Optional<Kind> ruled = server.faults.ruled(new StoreCall(DELETE, key, call.number()));
      refused += ruled.isPresent() ? 1 : 0;
      Optional<String> code = ruled.map(Faults::code).or(() -> server.faults.denied(key));
      if (code.isPresent()) {
        failed.add(new Failure(key, code.get(), "the store was told to keep it"));
      } else {
        server.objects.remove(key);
        if (!lost) {
          deleted.add(key);
        }
      }
    }
    if (lost) {
      Set<String> unknown = Set.copyOf(batch);
      failed.removeIf(failure -> unknown.contains(failure.key()));
      failAll(batch, Faults.code(Kind.UNAVAILABLE), "the store was told to lose its answer");
    }
    return !lost && refused < batch.size();
  }

  private void failAll(List<String> batch, String code, String message) {
    for (String key : batch) {
      failed.add(new Failure(key, code, message));
    }
  }
}
