package io.litestream.testkit;

import static io.litestream.testkit.Capability.BECOMES_UNREACHABLE;
import static io.litestream.testkit.Capability.HAS_SECRETS;
import static org.assertj.core.api.Assertions.assertThat;

import io.litestream.spi.DeleteReport;
import io.litestream.spi.ListRequest;
import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaException.Kind;
import io.litestream.spi.ReplicaStore;
import io.litestream.spi.RequestObserver.Operation;
import io.litestream.spi.RequestObserver.Request;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** R7, R9: what a failure tells, and what it does not. */
public abstract class ErrorContract extends StoreContract {

  private static final String KEY = "wal/00000001_00000000.wal.lz4";

  @Test
  @DisplayName("R7 a store that cannot be reached fails with the operation, the key and the kind")
  public final void unreachableStoreSaysWhatFailed() throws IOException {
    require(BECOMES_UNREACHABLE);
    ReplicaStore store = store();
    write(store, KEY);
    underTest().makeUnreachable();
    assertTells(failure(() -> store.list(ListRequest.below("wal/"))), "wal/", "list");
    assertTells(failure(() -> read(store, KEY)), KEY, "open");
    assertTells(failure(() -> write(store, KEY)), KEY, "write", "commit");
  }

  private static void assertTells(ReplicaException e, String key, String... operations) {
    assertThat(e.operation()).as("R7 operation of: %s", e.getMessage()).isIn((Object[]) operations);
    assertThat(e.key()).as("R7 key of: %s", e.getMessage()).contains(key);
    assertThat(e.getMessage()).as("R7 message, on one line").contains(key).doesNotContain("\n");
    assertThat(e.kind())
        .as("R7 kind of: %s", e.getMessage())
        .isIn(Kind.UNAVAILABLE, Kind.THROTTLED, Kind.CONFIGURATION, Kind.DENIED);
  }

  @Test
  @DisplayName("R9 requests that fail are observed as failed")
  public final void failedRequestsAreObserved() throws IOException {
    require(BECOMES_UNREACHABLE);
    var requests = new RecordedRequests();
    ReplicaStore store = store(requests);
    write(store, KEY);
    underTest().makeUnreachable();
    assertObservedAsFailed(
        requests, Operation.LIST, () -> failure(() -> store.list(ListRequest.below(""))));
    assertObservedAsFailed(requests, Operation.GET, () -> failure(() -> read(store, KEY)));
    assertObservedAsFailed(requests, Operation.PUT, () -> failure(() -> write(store, KEY)));
    assertObservedAsFailed(requests, Operation.DELETE, () -> store.delete(List.of(KEY)));
  }

  private interface Step {
    void run() throws IOException;
  }

  private static void assertObservedAsFailed(
      RecordedRequests requests, Operation operation, Step step) throws IOException {
    requests.clear();
    step.run();
    assertThat(requests.of(operation)).as("R9 %s requests observed", operation).isNotEmpty();
    assertThat(requests.of(operation))
        .as("R9 %s requests of a store that cannot be reached have failed", operation)
        .allMatch(Request::failed);
  }

  @Test
  @DisplayName("R7 no credential is shown by toString, in a failure or in a report")
  public final void credentialsAreNotShown() throws IOException {
    require(HAS_SECRETS);
    var shown = new ArrayList<String>();
    ReplicaStore store = store();
    shown.add(store.toString());
    try (var writer = store.create(KEY)) {
      shown.add(writer.toString());
    }
    shown.add(text(failure(() -> read(store, "missing"))));
    if (has(BECOMES_UNREACHABLE)) {
      underTest().makeUnreachable();
      shown.add(text(failure(() -> store.list(ListRequest.below("wal/")))));
      shown.add(text(failure(() -> read(store, KEY))));
      shown.add(text(failure(() -> write(store, KEY))));
      DeleteReport report = store.delete(List.of(KEY));
      shown.add(report.toString());
    }
    store.close();
    shown.add(text(failure(() -> read(store, KEY))));
    for (String secret : underTest().secrets()) {
      assertThat(shown).as("R7 texts that show a credential").noneMatch(t -> t.contains(secret));
    }
  }

  /** With all causes: whoever logs an exception logs those too. */
  private static String text(ReplicaException e) {
    var text = new StringWriter();
    e.printStackTrace(new PrintWriter(text, true));
    return text.toString();
  }

  private static ReplicaException failure(Step step) throws IOException {
    try {
      step.run();
    } catch (ReplicaException e) {
      return e;
    }
    throw new AssertionError("R7 a call that cannot succeed did not fail");
  }
}
