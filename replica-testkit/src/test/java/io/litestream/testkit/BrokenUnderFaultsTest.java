package io.litestream.testkit;

import io.litestream.spi.DeleteReport;
import io.litestream.spi.DeleteReport.Failure;
import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaStore;
import io.litestream.spi.RequestObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What a store can do wrong when the network fails is found. */
class BrokenUnderFaultsTest {

  /** Longer than anything takes that is tried again some times, on any machine. */
  private static final Duration LONG = Duration.ofSeconds(30);

  private static ContractRun run(
      BiFunction<HttpFaultProxy, RequestObserver, ReplicaStore> opening) {
    return run(LONG, opening);
  }

  private static ContractRun run(
      Duration patience, BiFunction<HttpFaultProxy, RequestObserver, ReplicaStore> opening) {
    return ContractRun.of(
        ContractRun.HttpFaults.class,
        () -> {
          try {
            return new MemoryHttpUnderTest(patience, opening);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  private static ContractRun runWith(Consumer<MemoryHttpStore> breaking) {
    return run(
        (proxy, observer) -> {
          var store = new MemoryHttpStore(proxy, observer);
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
    run(
            Duration.ofSeconds(1),
            (proxy, observer) -> {
              var store = new MemoryHttpStore(proxy, observer);
              store.silenceMillis = 600; // at each of two tries
              return store;
            })
        .assertFailsOnly("R7", "silentServerIsGivenUp");
  }

  @Test
  void uploadInTwoSteps() {
    run((proxy, observer) ->
            new MemoryHttpStore(proxy, observer) {
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
    run((proxy, observer) ->
            new MemoryHttpStore(proxy, observer) {
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
  void deleteEndsAtTheFirstBatchThatFails() {
    run((proxy, observer) ->
            new MemoryHttpStore(proxy, observer) {
              private boolean failed;

              @Override
              public DeleteReport delete(Collection<String> keys) throws IOException {
                failed = false;
                return super.delete(keys);
              }

              @Override
              DeleteReport deleteBatch(List<String> keys) throws IOException {
                if (failed) {
                  return new DeleteReport(List.of(), List.of());
                }
                DeleteReport report = super.deleteBatch(keys);
                failed = !report.failed().isEmpty();
                return report;
              }
            })
        .assertFailsOnly(
            "R6", "refusedBatchFailsForItsKeysAlone", "answeredBatchesKeepTheirOutcome");
  }

  @Test
  void laterBatchFailsTheWholeDelete() {
    run((proxy, observer) ->
            new MemoryHttpStore(proxy, observer) {
              @Override
              public DeleteReport delete(Collection<String> keys) throws IOException {
                DeleteReport report = super.delete(keys);
                return report.failed().isEmpty()
                    ? report
                    : new DeleteReport(
                        List.of(),
                        keys.stream().map(key -> new Failure(key, "Failed", "all of it")).toList());
              }
            })
        .assertFailsOnly(
            "R6", "refusedBatchFailsForItsKeysAlone", "answeredBatchesKeepTheirOutcome");
  }

  @Test
  void deletesFailureHidden() {
    run((proxy, observer) ->
            new MemoryHttpStore(proxy, observer) {
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
            "refusedBatchFailsForItsKeysAlone",
            "answeredBatchesKeepTheirOutcome",
            "standingErrorComesUp",
            "silentServerIsGivenUp");
  }
}
