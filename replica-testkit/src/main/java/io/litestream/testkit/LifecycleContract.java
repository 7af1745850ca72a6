package io.litestream.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream.spi.ListRequest;
import io.litestream.spi.ObjectWriter;
import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaStore;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** R8: the end of a store, and of a thread's patience. */
public abstract class LifecycleContract extends StoreContract {

  private interface Call {
    void run(ReplicaStore store) throws IOException;
  }

  private static final Map<String, Call> CALLS =
      Map.of(
          "list", store -> store.list(ListRequest.below("")),
          "open", store -> store.open("a/1").close(),
          "write", store -> write(store, "a/2"),
          "delete", store -> store.delete(List.of("a/3")));

  @Test
  @DisplayName("R8 a store may be closed more than once")
  public final void closeIsIdempotent() throws IOException {
    ReplicaStore store = store();
    store.close();
    assertThatCode(store::close).as("R8 closing again").doesNotThrowAnyException();
  }

  @Test
  @DisplayName("R8 calls after close fail with ReplicaException")
  public final void callsAfterCloseFail() throws IOException {
    ReplicaStore store = store();
    write(store, "a/1");
    store.close();
    CALLS.forEach(
        (name, call) ->
            assertThatThrownBy(() -> call.run(store), "R8 %s after close", name)
                .isExactlyInstanceOf(ReplicaException.class));
    assertThat(exists(store(), "a/2")).as("R8 what was written after close exists").isFalse();
  }

  @Test
  @DisplayName(
      "R8 a stream that is read after close gives its bytes, or fails with ReplicaException")
  public final void streamAfterCloseIsWholeOrFails() throws IOException {
    ReplicaStore store = store();
    byte[] written = bytes("x".repeat(100_000));
    write(store, "a/1", written);
    try (InputStream in = store.open("a/1")) {
      store.close();
      byte[] read;
      try {
        read = in.readAllBytes();
      } catch (ReplicaException allowed) {
        return;
      }
      assertThat(read).as("R8 bytes of a stream read after close").isEqualTo(written);
    }
  }

  @Test
  @DisplayName("R8 calls under way when a store is closed fail with ReplicaException, or finish")
  public final void callsUnderWayFailOrFinish() throws Exception {
    ReplicaStore store = store();
    write(store, "a/1");
    var begun = new CountDownLatch(CALLS.size());
    var tasks = new ArrayList<InParallel.Task>();
    for (Call call : CALLS.values()) {
      tasks.add(
          () -> {
            try {
              for (int i = 0; i < 1_000_000; i++) {
                call.run(store);
                begun.countDown();
              }
            } catch (ReplicaException closed) {
              return;
            }
            throw new AssertionError("R8 calls go on after close");
          });
    }
    tasks.add(
        () -> {
          assertThat(begun.await(60, TimeUnit.SECONDS)).as("calls were answered").isTrue();
          store.close();
        });
    InParallel.run(tasks);
  }

  @Test
  @DisplayName("R8 an interrupted thread gets an exception, or its answer, and stays interrupted")
  public final void interruptedThreadStaysInterrupted() throws IOException {
    ReplicaStore store = store();
    write(store, "a/1");
    CALLS.forEach(
        (name, call) -> {
          Thread.currentThread().interrupt();
          try {
            call.run(store);
          } catch (ReplicaException allowed) {
            assertThat(allowed).as("R8 %s when interrupted", name).hasMessageContaining(" ");
          } catch (IOException e) {
            throw new AssertionError("R7 " + name + " fails otherwise than by ReplicaException", e);
          } finally {
            assertThat(Thread.interrupted())
                .as("R8 the thread is still interrupted after %s", name)
                .isTrue();
          }
        });
    // An interrupt closes a FileChannel for everybody: the store must not depend on one.
    CALLS.forEach(
        (name, call) ->
            assertThatCode(() -> call.run(store))
                .as("R8 %s, after the interrupt is over", name)
                .doesNotThrowAnyException());
  }

  @Test
  @DisplayName("R8 an interrupt while writing leaves the object whole or absent")
  public final void interruptWhileWritingLeavesTheObjectWholeOrAbsent() throws IOException {
    ReplicaStore store = store();
    boolean committed = false;
    try (ObjectWriter writer = store.create("a/1")) {
      writer.write(bytes("before, "));
      Thread.currentThread().interrupt();
      writer.write(bytes("after"));
      writer.commit();
      committed = true;
    } catch (ReplicaException allowed) {
      committed = false;
    } finally {
      assertThat(Thread.interrupted()).as("R8 the thread is still interrupted").isTrue();
    }
    if (committed || exists(store, "a/1")) {
      assertThat(read(store, "a/1")).as("R2 bytes").isEqualTo(bytes("before, after"));
    }
  }
}
