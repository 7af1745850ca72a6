package io.litestream.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream.spi.ListPage;
import io.litestream.spi.ListRequest;
import io.litestream.spi.ObjectWriter;
import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaStore;
import io.litestream.spi.RequestObserver;
import java.io.IOException;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** R7, R8, R9 and the keys: what a store can do wrong beside its objects is found. */
class BrokenConductTest {

  @Test
  void keyLeadsOutOfTheRoot() {
    ContractRun.of(
            ContractRun.Key.class,
            BrokenStore.of(
                memory ->
                    new ForwardingStore(memory) {
                      @Override
                      public ObjectWriter create(String key) throws IOException {
                        return store.create(key.replace("../", "parent/"));
                      }
                    }))
        .assertFailsOnly("breaks the model", "createRefusesBadKeys");
  }

  @Test
  void keysChangedOnTheirWay() {
    ContractRun.of(
            ContractRun.Key.class,
            BrokenStore.of(
                memory ->
                    new ForwardingStore(memory) {
                      @Override
                      public ObjectWriter create(String key) throws IOException {
                        return store.create(key.replace('+', ' '));
                      }
                    }))
        .assertFailsOnly("R4", "unusualKeysKeepTheirName", "unusualPrefixesKeepTheirName");
  }

  @Test
  void interruptSwallowed() {
    ContractRun.of(
            ContractRun.Lifecycle.class,
            BrokenStore.of(
                memory ->
                    new ForwardingStore(memory) {
                      @Override
                      public ListPage list(ListRequest request) throws IOException {
                        boolean ignored = Thread.interrupted(); // forgets it, as it tells
                        return store.list(request);
                      }
                    }))
        .assertFailsOnly("R8", "interruptedThreadStaysInterrupted");
  }

  @Test
  void closedStoreAnswers() {
    ContractRun.of(
            ContractRun.Lifecycle.class,
            BrokenStore.of(
                memory ->
                    new ForwardingStore(memory) {
                      @Override
                      public void close() {}
                    }))
        .assertFailsOnly("R8", "callsAfterCloseFail", "callsUnderWayFailOrFinish");
  }

  @Test
  void secondCloseFails() {
    ContractRun.of(
            ContractRun.Lifecycle.class,
            BrokenStore.of(
                memory ->
                    new ForwardingStore(memory) {
                      private int closes;

                      @Override
                      public void close() {
                        store.close();
                        closes++;
                        if (closes == 2) {
                          throw new IllegalStateException("closed already");
                        }
                      }
                    }))
        .assertFailsOnly(
            "R8",
            "closeIsIdempotent",
            "callsAfterCloseFail",
            "streamAfterCloseIsWholeOrFails",
            "callsUnderWayFailOrFinish");
  }

  @Test
  void pagesNotObserved() {
    ContractRun.of(
            ContractRun.Observations.class,
            BrokenStore.of(
                memory ->
                    new ForwardingStore(memory) {
                      @Override
                      public ListPage list(ListRequest request) throws IOException {
                        return store.reopen().list(request);
                      }
                    }))
        .assertFailsOnly("R9", "eachPageIsObserved");
  }

  @Test
  void credentialsShown() {
    ContractRun.of(ContractRun.Errors.class, Indiscreet::new)
        .assertFailsOnly("R7", "credentialsAreNotShown");
  }

  private static final class Indiscreet extends InMemoryUnderTest {
    @Override
    public ReplicaStore open(RequestObserver observer) {
      return new ForwardingStore(store.reopen(observer)) {
        @Override
        public ListPage list(ListRequest request) throws IOException {
          try {
            return store.list(request);
          } catch (ReplicaException e) {
            throw new ReplicaException(
                e.kind(), "list", request.prefix(), null, "GET ?password=sesame", e);
          }
        }
      };
    }

    @Override
    public Set<Capability> capabilities() {
      return EnumSet.allOf(Capability.class);
    }

    @Override
    public Collection<String> secrets() {
      return List.of("sesame");
    }
  }

  @Test
  void undeclaredCapabilitiesAreSkippedWithAReason() {
    ContractRun run = ContractRun.of(ContractRun.Delete.class, Plain::new);
    assertThat(run.skipReasons())
        .hasSize(4)
        .allMatch(
            reason ->
                reason.contains(Capability.DENIES_DELETES.absence())
                    || reason.contains(Capability.BECOMES_UNREACHABLE.absence()));
  }

  private static final class Plain extends InMemoryUnderTest {
    @Override
    public Set<Capability> capabilities() {
      return Set.of();
    }
  }
}
