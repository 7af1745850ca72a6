package io.litestream.testkit;

import io.litestream.spi.DeleteReport;
import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaStore;
import io.litestream.spi.RequestObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What a store can do wrong when the network fails is found. */
class BrokenUnderFaultsTest {

  private static ContractRun run(BiFunction<Integer, RequestObserver, ReplicaStore> opening) {
    return ContractRun.of(
        ContractRun.HttpFaults.class,
        () -> {
          try {
            return new MemoryHttpUnderTest(opening);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  private static ContractRun runWith(Consumer<MemoryHttpStore> breaking) {
    return run(
        (port, observer) -> {
          var store = new MemoryHttpStore(port, observer);
          breaking.accept(store);
          return store;
        });
  }

  @Test
  void nothingTriedAgain() {
    runWith(store -> store.tries = 1).assertFailsOnly("R9", "passingErrorIsTriedAgainAndObserved");
  }

  @Test
  void triedAgainTooOften() {
    runWith(
            store -> {
              store.tries = 16;
              store.silenceMillis = 30;
            })
        .assertFailsOnly("R9", "standingErrorComesUp");
  }

  @Test
  void triesNotObserved() {
    runWith(store -> store.observesEachTry = false)
        .assertFailsOnly("R9", "passingErrorIsTriedAgainAndObserved", "standingErrorComesUp");
  }

  @Test
  void shortAnswersTakenForWhole() {
    runWith(store -> store.checksLengths = false)
        .assertFailsOnly(
            "R", "cutDownloadIsNeverShort", "cutListingIsNeverShort", "cutDeleteReportsEveryKey");
  }

  @Test
  void silenceBorneTooLong() {
    runWith(store -> store.silenceMillis = 2_100).assertFailsOnly("R7", "silentServerIsGivenUp");
  }

  @Test
  void uploadInTwoSteps() {
    run((port, observer) ->
            new MemoryHttpStore(port, observer) {
              @Override
              void put(String key, String body) throws IOException {
                super.put(key, body.substring(0, body.length() / 2));
                super.put(key, body);
              }
            })
        .assertFailsOnly(
            "R", "cutUploadFailsAndLeavesTheKeyAsItWas", "uploadWhoseAnswerIsLostIsOldOrNew");
  }

  @Test
  void uploadsFailureHidden() {
    run((port, observer) ->
            new MemoryHttpStore(port, observer) {
              @Override
              void put(String key, String body) throws IOException {
                try {
                  super.put(key, body);
                } catch (ReplicaException hidden) {
                  // That is what is wrong here.
                }
              }
            })
        .assertFailsOnly(
            "R",
            "cutUploadFailsAndLeavesTheKeyAsItWas",
            "standingErrorComesUp",
            "silentServerIsGivenUp");
  }

  @Test
  void deletesFailureHidden() {
    run((port, observer) ->
            new MemoryHttpStore(port, observer) {
              @Override
              public DeleteReport delete(Collection<String> keys) throws IOException {
                super.delete(keys);
                return new DeleteReport(List.copyOf(keys), List.of());
              }
            })
        .assertFailsOnly(
            "R",
            "cutDeleteReportsEveryKey",
            "deleteThatNeverArrivesFailsForEveryKey",
            "standingErrorComesUp",
            "silentServerIsGivenUp");
  }
}
