package io.litestream.testkit;

import static io.litestream.testkit.Capability.BECOMES_UNREACHABLE;
import static io.litestream.testkit.Capability.DENIES_DELETES;
import static org.assertj.core.api.Assertions.assertThat;

import io.litestream.spi.DeleteReport;
import io.litestream.spi.DeleteReport.Failure;
import io.litestream.spi.ListRequest;
import io.litestream.spi.ReplicaStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** R6: every key of a delete is reported, as what became of it. */
public abstract class DeleteContract extends StoreContract {

  @Test
  @DisplayName("R6 deleting no keys reports none")
  public final void deletingNothingReportsNothing() throws IOException {
    assertThat(store().delete(List.of()))
        .as("R6 report of no keys")
        .isEqualTo(new DeleteReport(List.of(), List.of()));
  }

  @Test
  @DisplayName("R6 a deleted key is reported and gone, and nothing else is")
  public final void deletedKeyIsReportedAndGone() throws Exception {
    ReplicaStore store = store();
    writeAll(store, List.of("g/1/a", "g/1/b", "g/10/a"));
    assertAllDeleted(store.delete(List.of("g/1/a")), List.of("g/1/a"));
    assertLeft(store, "g/1/b", "g/10/a");
  }

  @Test
  @DisplayName("R6 a missing key counts as deleted")
  public final void missingKeyCountsAsDeleted() throws Exception {
    ReplicaStore store = store();
    writeAll(store, List.of("g/1/a", "g/1/b"));
    List<String> keys = List.of("g/1/missing", "g/1/a", "nowhere/at/all", "h");
    assertAllDeleted(store.delete(keys), keys);
    assertAllDeleted(store.delete(keys), keys);
    assertLeft(store, "g/1/b");
  }

  @Test
  @DisplayName("R6 a key that is given twice is reported once")
  public final void duplicateIsReportedOnce() throws Exception {
    ReplicaStore store = store();
    writeAll(store, List.of("g/a", "g/b"));
    assertAllDeleted(store.delete(List.of("g/a", "g/b", "g/a", "g/a")), List.of("g/a", "g/b"));
    assertLeft(store);
  }

  @Test
  @DisplayName("R6 deleting a prefix of keys deletes none of them")
  public final void deletingAPrefixDeletesNoKeys() throws Exception {
    ReplicaStore store = store();
    writeAll(store, List.of("g/1/a", "g/1/b"));
    assertAllDeleted(store.delete(List.of("g", "g/1")), List.of("g", "g/1"));
    assertLeft(store, "g/1/a", "g/1/b");
  }

  @Test
  @DisplayName("R6 a deleted key can be written again")
  public final void deletedKeyCanBeWrittenAgain() throws IOException {
    ReplicaStore store = store();
    write(store, "g/1/a", bytes("old"));
    assertAllDeleted(store.delete(List.of("g/1/a")), List.of("g/1/a"));
    write(store, "g/1/a", bytes("new"));
    assertThat(read(store, "g/1/a")).as("R6 bytes written again").isEqualTo(bytes("new"));
  }

  @Test
  @DisplayName(
      "R6 of several keys, exactly the denied ones are reported as failed, with code and message")
  public final void deniedKeysAreReportedAndTheOthersGone() throws Exception {
    require(DENIES_DELETES);
    ReplicaStore store = store();
    List<String> keys = List.of("g/1/a", "g/2/b", "g/3/c", "g/4/d");
    writeAll(store, keys);
    underTest().makeUndeletable("g/2/b");
    DeleteReport report = store.delete(keys);
    assertFailed(report, List.of("g/2/b"));
    assertThat(report.deleted())
        .as("R6 keys reported as deleted")
        .containsExactlyInAnyOrder("g/1/a", "g/3/c", "g/4/d");
    assertLeft(store, "g/2/b");
  }

  @Test
  @DisplayName("R6 of 2,503 keys, exactly the one denied in a later batch is reported as failed")
  public final void deniedKeyBeyondTheFirstBatchIsReported() throws Exception {
    require(DENIES_DELETES);
    ReplicaStore store = store();
    List<String> keys = ManyKeys.withOneAt(2_201, "denied/key");
    List<String> there = ManyKeys.some(keys);
    writeAll(store, there);
    write(store, "denied/key");
    underTest().makeUndeletable("denied/key");
    DeleteReport report = store.delete(keys);
    assertFailed(report, List.of("denied/key"));
    List<String> others = new ArrayList<>(keys);
    others.remove("denied/key");
    assertThat(report.deleted())
        .as("R6 keys reported as deleted, each once")
        .containsExactlyInAnyOrderElementsOf(others);
    assertLeft(store, "denied/key");
  }

  @Test
  @DisplayName("R6 if all keys are denied, all are reported as failed")
  public final void allDeniedKeysAreReported() throws Exception {
    require(DENIES_DELETES);
    ReplicaStore store = store();
    List<String> keys = List.of("g/1/a", "g/2/b");
    writeAll(store, keys);
    for (String key : keys) {
      underTest().makeUndeletable(key);
    }
    DeleteReport report = store.delete(keys);
    assertFailed(report, keys);
    assertThat(report.deleted()).as("R6 keys reported as deleted").isEmpty();
    assertLeft(store, "g/1/a", "g/2/b");
  }

  @Test
  @DisplayName("R6 if the store cannot be reached, all keys are reported as failed")
  public final void allKeysFailIfTheStoreCannotBeReached() throws Exception {
    require(BECOMES_UNREACHABLE);
    ReplicaStore store = store();
    List<String> keys = List.of("g/1/a", "g/2/b", "g/missing");
    writeAll(store, keys.subList(0, 2));
    underTest().makeUnreachable();
    DeleteReport report = store.delete(keys);
    assertFailed(report, keys);
    assertThat(report.deleted()).as("R6 keys reported as deleted").isEmpty();
  }

  private static void assertAllDeleted(DeleteReport report, List<String> keys) {
    assertThat(report.failed()).as("R6 keys reported as failed").isEmpty();
    assertThat(report.deleted())
        .as("R6 keys reported as deleted, each once")
        .containsExactlyInAnyOrderElementsOf(keys);
  }

  private static void assertFailed(DeleteReport report, List<String> keys) {
    assertThat(report.failed())
        .as("R6 keys reported as failed")
        .extracting(Failure::key)
        .containsExactlyInAnyOrderElementsOf(keys);
    assertThat(report.failed())
        .as("R6 every failure has a code")
        .allSatisfy(failure -> assertThat(failure.code()).isNotBlank());
    assertThat(report.failed())
        .as("R6 every failure has a message, on one line")
        .allSatisfy(failure -> assertThat(failure.message()).isNotBlank().doesNotContain("\n"));
  }

  private static void assertLeft(ReplicaStore store, String... keys) throws IOException {
    assertThat(keys(store.list(ListRequest.below("")))).as("R6 keys left").containsExactly(keys);
  }
}
