package io.litestream.testkit;

import io.litestream.spi.ExclusiveWrites;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** R11: a store that lets more than one through is found. */
class BrokenExclusionTest {

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
                              boolean absent = store.bytes(key).isEmpty();
                              // Long enough for another one to look.
                              LockSupport.parkNanos(5_000_000);
                              if (absent) {
                                store.put(key, content);
                              }
                              return absent;
                            });
                      }
                    }))
        .assertFailsOnly("R11", "oneOfManyWrites");
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
