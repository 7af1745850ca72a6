package io.litestream.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class SerialTaskTest {

  private final Queue<Runnable> turns = new ArrayDeque<>();
  private final List<String> ran = new ArrayList<>();

  private void runAll() {
    for (Runnable turn = turns.poll(); turn != null; turn = turns.poll()) {
      turn.run();
    }
  }

  @Test
  void nothingRunsWithoutASignal() {
    SerialTask task = new SerialTask(turns::add, () -> ran.add("body"));

    assertThat(turns).isEmpty();
    task.signal();
    runAll();
    assertThat(ran).containsExactly("body");
  }

  @Test
  void signalsBeforeItsTurnAreOneRunAndAnother() {
    // The second run is one too many here, but a signal may come when the first has begun.
    SerialTask task = new SerialTask(turns::add, () -> ran.add("body"));
    for (int i = 0; i < 100; i++) {
      task.signal();
    }

    assertThat(turns).hasSize(1);
    runAll();
    assertThat(ran).hasSize(2);
  }

  @Test
  void signalsWhileItRunsAreOneMoreRun() {
    SerialTask[] self = new SerialTask[1];
    SerialTask task =
        new SerialTask(
            turns::add,
            () -> {
              ran.add("body");
              for (int i = 0; i < 5 && ran.size() == 1; i++) {
                self[0].signal();
              }
            });
    self[0] = task;
    task.signal();

    runAll();
    assertThat(ran).hasSize(2);
    task.signal();
    runAll();
    assertThat(ran).hasSize(3);
  }

  @Test
  void itLeavesTheThreadToOthersBetweenTwoRuns() {
    SerialTask[] self = new SerialTask[1];
    SerialTask busy =
        new SerialTask(
            turns::add,
            () -> {
              ran.add("busy");
              if (ran.size() < 5) {
                self[0].signal();
              }
            });
    self[0] = busy;
    busy.signal();
    new SerialTask(turns::add, () -> ran.add("other")).signal();

    runAll();
    assertThat(ran).startsWith("busy", "other", "busy");
  }

  @Test
  void itsLastBodyRunsAfterTheOneThatIsRunning() {
    SerialTask[] self = new SerialTask[1];
    SerialTask task =
        new SerialTask(
            turns::add,
            () -> {
              self[0].end(() -> ran.add("last"));
              ran.add("body");
            });
    self[0] = task;
    task.signal();

    runAll();
    assertThat(ran).containsExactly("body", "last");
  }

  @Test
  void aFailureDoesNotKeepItFromRunningAgain() {
    SerialTask task =
        new SerialTask(
            turns::add,
            () -> {
              ran.add("body");
              throw new IllegalStateException("broken");
            });
    for (int i = 1; i <= 2; i++) {
      task.signal();
      Runnable turn = turns.remove();
      assertThat(thrownBy(turn)).hasMessage("broken");
    }

    assertThat(ran).hasSize(2);
  }

  private static Throwable thrownBy(Runnable turn) {
    try {
      turn.run();
    } catch (IllegalStateException e) {
      return e;
    }
    return new AssertionError("nothing was thrown");
  }

  @Test
  void aClosedExecutorIsNoError() {
    AtomicInteger asked = new AtomicInteger();
    SerialTask task =
        new SerialTask(
            turn -> {
              asked.incrementAndGet();
              throw new RejectedExecutionException();
            },
            () -> ran.add("body"));
    task.signal();
    task.signal();

    assertThat(asked).hasValue(2);
    assertThat(ran).isEmpty();
  }

  @Test
  void onManyThreadsItNeverRunsTwiceAtOnceAndMissesNoSignal() throws Exception {
    int signallers = 4;
    int signals = 20_000;
    AtomicInteger running = new AtomicInteger();
    AtomicInteger overlaps = new AtomicInteger();
    AtomicInteger sent = new AtomicInteger();
    AtomicInteger seen = new AtomicInteger();
    ExecutorService threads = Executors.newFixedThreadPool(3);
    SerialTask task =
        new SerialTask(
            threads,
            () -> {
              overlaps.addAndGet(running.getAndIncrement());
              seen.set(sent.get());
              running.decrementAndGet();
            });
    ExecutorService others = Executors.newFixedThreadPool(signallers);
    CountDownLatch done = new CountDownLatch(signallers);
    for (int i = 0; i < signallers; i++) {
      others.execute(
          () -> {
            for (int j = 0; j < signals; j++) {
              sent.incrementAndGet();
              task.signal();
            }
            done.countDown();
          });
    }
    done.await();
    Wait.until("every signal is seen", () -> seen.get() == signallers * signals);
    others.shutdown();
    threads.shutdown();

    assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    assertThat(overlaps).hasValue(0);
  }
}
