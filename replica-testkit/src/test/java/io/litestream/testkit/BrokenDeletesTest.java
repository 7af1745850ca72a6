package io.litestream.testkit;

import io.litestream.spi.DeleteReport;
import io.litestream.spi.DeleteReport.Failure;
import io.litestream.spi.ListRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Test;

/** R6: what a store can do wrong with a delete is found. */
class BrokenDeletesTest {

  private interface Deletion {
    DeleteReport delete(InMemoryStore store, Collection<String> keys) throws IOException;
  }

  private static ContractRun run(Deletion deletion) {
    return ContractRun.of(
        ContractRun.Delete.class,
        BrokenStore.of(
            memory ->
                new ForwardingStore(memory) {
                  @Override
                  public DeleteReport delete(Collection<String> keys) throws IOException {
                    return deletion.delete(store, keys);
                  }
                }));
  }

  @Test
  void failuresHidden() {
    run((store, keys) -> {
          DeleteReport report = store.delete(keys);
          List<String> deleted = new ArrayList<>(report.deleted());
          report.failed().forEach(failure -> deleted.add(failure.key()));
          return new DeleteReport(deleted, List.of());
        })
        .assertFailsOnly(
            "R6",
            "deniedKeysAreReportedAndTheOthersGone",
            "deniedKeyBeyondTheFirstBatchIsReported",
            "allDeniedKeysAreReported",
            "allKeysFailIfTheStoreCannotBeReached");
  }

  @Test
  void failuresLeftOut() {
    run((store, keys) -> new DeleteReport(store.delete(keys).deleted(), List.of()))
        .assertFailsOnly(
            "R6",
            "deniedKeysAreReportedAndTheOthersGone",
            "deniedKeyBeyondTheFirstBatchIsReported",
            "allDeniedKeysAreReported",
            "allKeysFailIfTheStoreCannotBeReached");
  }

  @Test
  void failuresWithoutACode() {
    run((store, keys) -> {
          DeleteReport report = store.delete(keys);
          return new DeleteReport(
              report.deleted(),
              report.failed().stream().map(f -> new Failure(f.key(), "", f.message())).toList());
        })
        .assertFailsOnly(
            "R6",
            "deniedKeysAreReportedAndTheOthersGone",
            "deniedKeyBeyondTheFirstBatchIsReported",
            "allDeniedKeysAreReported",
            "allKeysFailIfTheStoreCannotBeReached");
  }

  @Test
  void failuresWithoutAMessage() {
    run((store, keys) -> {
          DeleteReport report = store.delete(keys);
          return new DeleteReport(
              report.deleted(),
              report.failed().stream().map(f -> new Failure(f.key(), f.code(), "")).toList());
        })
        .assertFailsOnly(
            "R6",
            "deniedKeysAreReportedAndTheOthersGone",
            "deniedKeyBeyondTheFirstBatchIsReported",
            "allDeniedKeysAreReported",
            "allKeysFailIfTheStoreCannotBeReached");
  }

  @Test
  void failuresOfLaterBatchesHidden() {
    run((store, keys) -> {
          List<String> first = keys.stream().limit(1_000).toList();
          List<String> rest = keys.stream().skip(1_000).toList();
          DeleteReport report = store.delete(first);
          List<String> deleted = new ArrayList<>(report.deleted());
          store.delete(rest);
          deleted.addAll(rest);
          return new DeleteReport(deleted, report.failed());
        })
        .assertFailsOnly("R6", "deniedKeyBeyondTheFirstBatchIsReported");
  }

  @Test
  void oneFailureTakenForAll() {
    run((store, keys) -> {
          DeleteReport report = store.delete(keys);
          return report.failed().isEmpty()
              ? report
              : new DeleteReport(
                  List.of(),
                  keys.stream().map(k -> new Failure(k, "MultiStatus", "see each")).toList());
        })
        .assertFailsOnly(
            "R6",
            "deniedKeysAreReportedAndTheOthersGone",
            "deniedKeyBeyondTheFirstBatchIsReported");
  }

  @Test
  void missingKeyFails() {
    run((store, keys) -> {
          List<Failure> missing =
              keys.stream()
                  .filter(key -> store.bytes(key).isEmpty() && key.contains("missing"))
                  .map(key -> new Failure(key, "NoSuchKey", ""))
                  .toList();
          DeleteReport report = store.delete(keys);
          List<String> deleted = new ArrayList<>(report.deleted());
          missing.forEach(failure -> deleted.remove(failure.key()));
          return deleted.size() == report.deleted().size()
              ? report
              : new DeleteReport(deleted, missing);
        })
        .assertFailsOnly("R6", "missingKeyCountsAsDeleted");
  }

  @Test
  void duplicatesReportedTwice() {
    run((store, keys) -> {
          DeleteReport report = store.delete(keys);
          return report.failed().isEmpty()
              ? new DeleteReport(List.copyOf(keys), List.of())
              : report;
        })
        .assertFailsOnly("R6", "duplicateIsReportedOnce");
  }

  @Test
  void keyTakenForADirectory() {
    run((store, keys) -> {
          DeleteReport report = store.delete(keys);
          for (String key : report.deleted()) {
            store.list(ListRequest.below(key + "/")).objects().forEach(o -> store.remove(o.key()));
          }
          return report;
        })
        .assertFailsOnly("R6", "deletingAPrefixDeletesNoKeys");
  }

  @Test
  void emptyDeleteThrows() {
    run((store, keys) -> {
          if (keys.isEmpty()) {
            throw new AssertionError("R6 MalformedXML");
          }
          return store.delete(keys);
        })
        .assertFailsOnly("R6", "deletingNothingReportsNothing");
  }
}
