package io.litestream.testkit;

import io.litestream.spi.ExclusiveWrites;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** R11: a store that lets more than one through is found. */
class BrokenExclusionTest {

  private final Map<String, CountDownLatch> looks = new ConcurrentHashMap<>();

  @Test
  void writesOver() {
    ContractRun.of(
            ContractRun.Exclusion.class,
            BrokenStore.of(
                memory ->
                    new ForwardingStore(memory) {
                      @Override
                      public Optional<ExclusiveWrites> exclusiveWrites() {
                        return Optional.of(
                            (key, content) -> {
                              store.put(key, content);
                              return true;
                            });
                      }
                    }))
        .assertFailsOnly("R11", "leavesWhatIsPresent", "oneOfManyWrites");
  }

  @Test
  void looksBeforeItWrites() {
    ContractRun.of(
            ContractRun.Exclusion.class,
            BrokenStore.of(
                memory ->
                    new ForwardingStore(memory) {
                      @Override
                      public Optional<ExclusiveWrites> exclusiveWrites() {
                        return Optional.of(
                            (key, content) -> {
                              if (store.bytes(key).isPresent()) {
                                return false;
                              }
                              awaitAnotherLook(key);
                              store.put(key, content);
                              return true;
                            });
                      }
                    }))
        .assertFailsOnly("R11", "oneOfManyWrites");
  }

  /** Waits until two have looked at a key, if a second one comes at all. */
  private void awaitAnotherLook(String key) throws IOException {
    CountDownLatch second = looks.computeIfAbsent(key, first -> new CountDownLatch(2));
    second.countDown();
    try {
      boolean ignored = second.await(100, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  @Test
  void notOffered() {
    ContractRun.of(
            ContractRun.Exclusion.class, BrokenStore.of(memory -> new ForwardingStore(memory)))
        .assertFailsOnly(
            "R11",
            "writesWhatIsAbsent",
            "leavesWhatIsPresent",
            "deletedNamesAreFree",
            "oneOfManyWrites");
  }
}
