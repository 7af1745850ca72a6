package io.litestream.testkit;

import static io.litestream.testkit.Capability.FALLS_SILENT;
import static io.litestream.testkit.Capability.SHOWS_LEFTOVERS;
import static org.assertj.core.api.Assertions.assertThat;

import io.litestream.spi.DeleteReport;
import io.litestream.spi.DeleteReport.Failure;
import io.litestream.spi.ListRequest;
import io.litestream.spi.ObjectWriter;
import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaStore;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * R3, R6, R8: an interrupt ends the wait for a store that does not answer. For stores that ask a
 * server; open them with deadlines that are longer than a minute or so, since what they end is not
 * what is tested here.
 */
public abstract class SilenceContract extends StoreContract {

  private static final String KEY = "wal/00000001_00000000.wal.lz4";

  /** More than all buffers between a server and a reader take, so that most is still to come. */
  private static final Pattern LONG_OBJECT = new Pattern(8, 16 << 20);

  private static final Duration SOON = Duration.ofSeconds(5);
  private static final long SETTLE_MILLIS = 200;
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private interface Call<T> {
    T run() throws Exception;
  }

  /**
   * How a call in a thread of its own has ended.
   *
   * @param interrupted whether the thread was when it had
   */
  private record Outcome<T>(Ended<T> ended, boolean interrupted) {}

  private interface Ended<T> {
    T get() throws Exception;
  }

  @BeforeEach
  final void requireSilence() {
    require(FALLS_SILENT);
  }

  @Test
  @DisplayName("R8 an interrupt soon ends a listing that waits for the store, by an exception")
  public final void interruptEndsAListing() throws Exception {
    ReplicaStore store = store();
    write(store, KEY);
    assertEndsByException(
        "a listing", interrupted("a listing", () -> store.list(ListRequest.below(""))));
    assertThat(allKeys(store, ListRequest.below("")))
        .as("R8 keys listed once the store answers again")
        .containsExactly(KEY);
  }

  @Test
  @DisplayName("R8 an interrupt soon ends a read that waits for the store, by an exception")
  public final void interruptEndsARead() throws Exception {
    ReplicaStore store = store();
    write(store, KEY, bytes("the bytes"));
    assertEndsByException("a read", interrupted("a read", () -> read(store, KEY)));
    assertThat(read(store, KEY))
        .as("R8 bytes read once the store answers again")
        .isEqualTo(bytes("the bytes"));
  }

  @Test
  @DisplayName(
      "R8 an interrupt soon ends a read that waits in the middle of an object, by an exception")
  public final void interruptEndsAReadInTheMiddle() throws Exception {
    ReplicaStore store = store();
    LONG_OBJECT.write(store, KEY);
    try (InputStream in = store.open(KEY)) {
      assertThat(in.read()).as("R1 first byte").isNotNegative();
      Outcome<Long> outcome =
          interrupted("a read", () -> in.transferTo(OutputStream.nullOutputStream()));
      if (outcome.interrupted()) {
        assertEndsByException("a read", outcome);
      } else {
        assertThat(outcome.ended().get())
            .as("R2 bytes that a store reads ahead of its callers")
            .isEqualTo(LONG_OBJECT.length() - 1);
      }
    }
    LONG_OBJECT.assertReadFrom(store, KEY);
  }

  @Test
  @DisplayName("R8 a stream is soon closed in the middle of an object, though the store is silent")
  public final void streamIsClosedInTheMiddle() throws Exception {
    ReplicaStore store = store();
    LONG_OBJECT.write(store, KEY);
    InputStream in = store.open(KEY);
    assertThat(in.read()).as("R1 first byte").isNotNegative();
    StoreHold silence = underTest().fallSilent();
    try {
      long began = System.nanoTime();
      in.close();
      assertThat(Duration.ofNanos(System.nanoTime() - began))
          .as("R8 how long it takes to close a stream that nobody reads to its end")
          .isLessThan(SOON);
    } finally {
      silence.release();
    }
    LONG_OBJECT.assertReadFrom(store, KEY);
  }

  @Test
  @DisplayName(
      "R3 R8 an interrupt soon ends a commit that waits, and leaves the old bytes or the new ones")
  public final void interruptEndsACommit() throws Exception {
    ReplicaStore store = store();
    byte[] old = bytes("the old bytes ".repeat(1_000));
    byte[] fresh = bytes("the new ones ".repeat(2_000));
    write(store, KEY, old);
    try (ObjectWriter writer = store.create(KEY)) {
      assertEndsByException(
          "a commit",
          interrupted(
              "a commit",
              () -> {
                writer.write(fresh);
                writer.commit();
                return "committed";
              }));
    }
    assertThat(new String(read(store, KEY), StandardCharsets.UTF_8))
        .as("R3 bytes after a commit that was interrupted")
        .isIn(new String(old, StandardCharsets.UTF_8), new String(fresh, StandardCharsets.UTF_8));
    if (has(SHOWS_LEFTOVERS)) {
      assertNoLeftovers("R3 left behind by a commit that was interrupted");
    }
  }

  @Test
  @DisplayName("R6 R8 an interrupt soon ends a delete that waits: its keys are reported as failed")
  public final void interruptEndsADelete() throws Exception {
    ReplicaStore store = store();
    List<String> keys = List.of("g/1", "g/2", "g/3");
    writeAll(store, keys);
    Outcome<DeleteReport> outcome = interrupted("a delete", () -> store.delete(keys));
    DeleteReport report;
    try {
      report = outcome.ended().get();
    } catch (ReplicaException e) {
      throw new AssertionError("R6 a delete that was begun fails and reports nothing", e);
    }
    assertThat(outcome.interrupted()).as("R8 the thread is still interrupted").isTrue();
    assertThat(report.deleted()).as("R6 keys reported as deleted without an answer").isEmpty();
    assertThat(report.failed())
        .as("R6 keys reported as failed")
        .extracting(Failure::key)
        .containsExactlyInAnyOrderElementsOf(keys);
    assertThat(report.failed())
        .as("R6 every failure has a code and a message")
        .allSatisfy(failure -> assertThat(failure.code()).isNotBlank())
        .allSatisfy(failure -> assertThat(failure.message()).isNotBlank());
    assertThat(store.delete(keys).failed()).as("R8 failures once the store answers").isEmpty();
  }

  /** Runs a call while the store keeps silent, and interrupts its thread once it waits. */
  private <T> Outcome<T> interrupted(String name, Call<T> call) throws Exception {
    StoreHold silence = underTest().fallSilent();
    var outcome = new CompletableFuture<Outcome<T>>();
    var thread = new Thread(() -> outcome.complete(run(call)), "interrupted");
    thread.setDaemon(true);
    try {
      thread.start();
      if (isOverBeforeItAsks(silence, outcome)) {
        return outcome.get();
      }
      // The rule holds at any moment. This lets the thread get from asking into its wait for the
      // answer, which no one can see from here, and where an interrupt is the hardest to hear.
      Thread.sleep(SETTLE_MILLIS);
      thread.interrupt();
      return outcome.get(SOON.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      var where = new IllegalStateException("it is here, interrupted: " + thread.isInterrupted());
      where.setStackTrace(thread.getStackTrace());
      throw new AssertionError(
          "R8 " + name + " has not ended " + SOON.toSeconds() + " s after an interrupt", where);
    } finally {
      silence.release();
    }
  }

  /** Whether a call has no need of the server. One that neither asks nor ends is a failure. */
  private static boolean isOverBeforeItAsks(StoreHold silence, CompletableFuture<?> outcome)
      throws InterruptedException {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!silence.awaitReached(Duration.ofMillis(20))) {
      if (outcome.isDone()) {
        return true;
      }
      assertThat(System.nanoTime()).as("R8 when the call asks the server").isLessThan(deadline);
    }
    return false;
  }

  private static <T> Outcome<T> run(Call<T> call) {
    Ended<T> ended;
    try {
      T answer = call.run();
      ended = () -> answer;
    } catch (Exception e) {
      ended =
          () -> {
            throw e;
          };
    }
    return new Outcome<>(ended, Thread.currentThread().isInterrupted());
  }

  private static void assertEndsByException(String name, Outcome<?> outcome) throws Exception {
    var failures = new ArrayList<ReplicaException>();
    try {
      outcome.ended().get();
    } catch (ReplicaException e) {
      failures.add(e);
    }
    assertThat(failures).as("R8 exceptions of %s that was interrupted", name).hasSize(1);
    assertThat(failures.get(0).getMessage()).as("R7 message, on one line").doesNotContain("\n");
    assertThat(outcome.interrupted()).as("R8 the thread is interrupted after %s", name).isTrue();
  }
}
