package io.litestream.testkit;

import static io.litestream.testkit.Capability.SHOWS_LEFTOVERS;
import static io.litestream.testkit.Capability.STANDS_BEHIND_A_PROXY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.litestream.spi.DeleteReport;
import io.litestream.spi.DeleteReport.Failure;
import io.litestream.spi.ListRequest;
import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaException.Kind;
import io.litestream.spi.ReplicaStore;
import io.litestream.spi.RequestObserver.Request;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * R2, R3, R6, R7, R9 over a network that fails: cut requests and answers, errors that pass, errors
 * that stay, and silence. For stores that speak HTTP; they supply the proxy.
 */
@Timeout(300)
public abstract class HttpFaultContract extends StoreContract {

  private static final String KEY = "wal/00000001_00000000.wal.lz4";
  private static final byte[] OLD = bytes("old ".repeat(10_000));
  private static final byte[] NEW = bytes("new, ".repeat(20_000));

  /** More tries than that add to a bill and not to the chance of success. */
  private static final int MOST_TRIES = 15;

  private final RecordedRequests requests = new RecordedRequests();

  private interface Call<T> {
    T run() throws IOException;
  }

  @BeforeEach
  final void requireProxy() {
    require(STANDS_BEHIND_A_PROXY);
  }

  private HttpFaultProxy proxy() {
    return underTest().proxy();
  }

  /** Clears the counts, runs the call, and forgets the rules that were set before. */
  private <T> T underFault(Call<T> call) throws IOException {
    proxy().clearRequests();
    requests.clear();
    try {
      return call.run();
    } finally {
      proxy().heal();
    }
  }

  private boolean writes(ReplicaStore store, byte[] bytes) throws IOException {
    return succeeds(
        () -> {
          write(store, KEY, bytes);
          return true;
        });
  }

  /** Whether a call succeeds; if it does not, it has to say so as a store does. */
  private boolean succeeds(Call<?> call) throws IOException {
    try {
      underFault(call);
      return true;
    } catch (ReplicaException e) {
      assertThat(e.kind()).as("R7 kind of: %s", e).isIn(Kind.UNAVAILABLE, Kind.THROTTLED);
      assertThat(e.getMessage()).as("R7 message, on one line").doesNotContain("\n");
      return false;
    }
  }

  /** What bytes are, in words: nobody wants to read them in a failure's message. */
  private static String named(byte[] bytes) {
    if (Arrays.equals(bytes, OLD)) {
      return "the old bytes";
    }
    return Arrays.equals(bytes, NEW) ? "the new bytes" : bytes.length + " other bytes";
  }

  /** The request that carries an upload's bytes; the proxy has seen nothing but that upload. */
  private ProxiedRequest carrier() {
    return proxy().requests().stream()
        .filter(request -> request.status() / 100 == 2)
        .max(Comparator.comparingLong(ProxiedRequest::requestBody))
        .orElseThrow(
            () -> new AssertionError("R2 an upload that nothing disturbs is not answered"));
  }

  /** Points in a message: its ends, its head, the border, the body. */
  private static List<Long> points(long whole, long body) {
    long head = whole - body;
    return LongStream.of(0, 1, head / 2, head, head + body / 2, whole - 1)
        .distinct()
        .boxed()
        .toList();
  }

  @Test
  @DisplayName("R3 R7 an upload that is cut, at any byte, fails and leaves the key as it was")
  public final void cutUploadFailsAndLeavesTheKeyAsItWas() throws IOException {
    ReplicaStore store = store(requests);
    underFault(() -> writes(store, NEW));
    ProxiedRequest carrier = carrier();
    Predicate<ProxiedRequest> carriers = request -> request.method().equals(carrier.method());
    for (long at : points(carrier.requestBytes(), carrier.requestBody())) {
      write(store, KEY, OLD);
      proxy().onEach(carriers, HttpFault.resetRequestAt(at));
      assertThat(writes(store, NEW))
          .as("R7 an upload succeeds that was cut at byte %d each time", at)
          .isFalse();
      assertThat(named(read(store, KEY)))
          .as("R3 what is there after a cut at byte %d", at)
          .isEqualTo("the old bytes");
    }
  }

  @Test
  @DisplayName("R2 an upload whose answer is lost leaves the old bytes or the new ones")
  public final void uploadWhoseAnswerIsLostIsOldOrNew() throws IOException {
    ReplicaStore store = store(requests);
    underFault(() -> writes(store, NEW));
    ProxiedRequest carrier = carrier();
    Predicate<ProxiedRequest> carriers = request -> request.method().equals(carrier.method());
    for (long at : List.of(0L, 1L, carrier.responseBytes() - 1)) {
      write(store, KEY, OLD);
      proxy().onEach(carriers, HttpFault.resetResponseAt(at));
      boolean written = writes(store, NEW);
      String left = named(read(store, KEY));
      if (written) {
        assertThat(left).as("R2 after a write that succeeded").isEqualTo("the new bytes");
      } else {
        assertThat(left).as("R2 after a lost answer").isIn("the old bytes", "the new bytes");
      }
    }
  }

  @Test
  @DisplayName("R2 R3 an upload in parts survives a cut of any one request, or leaves no trace")
  public final void uploadInPartsSurvivesOneCut() throws IOException {
    ReplicaStore store = store(requests);
    var pattern = new Pattern(1, 2L * partSize() + 1);
    pattern.write(store, KEY);
    List<ProxiedRequest> sent =
        proxy().requests().stream().filter(request -> request.requestBytes() > 0).toList();
    for (int i = 1; i <= sent.size(); i++) {
      long half = sent.get(i - 1).requestBytes() / 2;
      for (HttpFault fault :
          List.of(HttpFault.resetRequestAt(half), HttpFault.resetResponseAt(0))) {
        store.delete(List.of(KEY));
        proxy().onNth(i, request -> true, fault);
        boolean written =
            succeeds(
                () -> {
                  pattern.write(store, KEY);
                  return true;
                });
        if (written) {
          pattern.assertReadFrom(store, KEY);
        } else if (exists(store, KEY)) {
          pattern.assertReadFrom(store, KEY);
        }
        if (has(SHOWS_LEFTOVERS)) {
          assertNoLeftovers("R3 left behind by an upload whose request " + i + " was cut");
        }
      }
    }
  }

  @Test
  @DisplayName("R2 a download that is cut, at any byte, gives the right bytes or fails")
  public final void cutDownloadIsNeverShort() throws IOException {
    ReplicaStore store = store(requests);
    write(store, KEY, NEW);
    underFault(() -> read(store, KEY));
    ProxiedRequest whole = proxy().requests().get(0);
    for (long at : points(whole.responseBytes(), whole.responseBody())) {
      for (HttpFault fault :
          List.of(
              HttpFault.resetResponseAt(at),
              HttpFault.truncateBodyAt(Math.min(at, NEW.length - 1)))) {
        proxy().onNext(1, fault);
        assertReadsWholeOrFails(store, at);
        proxy().onEach(request -> true, fault);
        assertReadsWholeOrFails(store, at);
      }
    }
    assertThat(named(read(store, KEY))).as("R1 once nothing fails").isEqualTo("the new bytes");
  }

  private void assertReadsWholeOrFails(ReplicaStore store, long at) throws IOException {
    succeeds(
        () -> {
          byte[] read = read(store, KEY);
          assertThat(named(read))
              .as("R2 what a download gives that was cut at byte %d and did not fail", at)
              .isEqualTo("the new bytes");
          return true;
        });
  }

  @Test
  @DisplayName("R4 a listing that is cut, at any byte, gives all its keys or fails")
  public final void cutListingIsNeverShort() throws Exception {
    ReplicaStore store = store(requests);
    List<String> keys = Stream.of("a", "b", "c", "d", "e", "f").map(k -> "g/" + k).toList();
    writeAll(store, keys);
    underFault(() -> store.list(ListRequest.below("g/")));
    ProxiedRequest whole = proxy().requests().get(0);
    for (long at : points(whole.responseBytes(), whole.responseBody())) {
      for (HttpFault fault :
          List.of(
              HttpFault.resetResponseAt(at),
              HttpFault.truncateBodyAt(Math.min(at, whole.responseBody() - 1)))) {
        proxy().onEach(request -> true, fault);
        succeeds(
            () -> {
              assertThat(allKeys(store, ListRequest.below("g/")))
                  .as("R4 keys of a listing that was cut at byte %d and did not fail", at)
                  .containsExactlyElementsOf(keys);
              return true;
            });
      }
    }
    assertThat(allKeys(store, ListRequest.below("g/")))
        .as("R4 keys once nothing fails")
        .containsExactlyElementsOf(keys);
  }

  @Test
  @DisplayName("R6 a delete that is cut reports every key once, and none as deleted that is there")
  public final void cutDeleteReportsEveryKey() throws Exception {
    ReplicaStore store = store(requests);
    List<String> keys = List.of("g/1", "g/2", "g/3");
    for (HttpFault fault :
        List.of(
            HttpFault.resetRequestAt(0),
            HttpFault.resetRequestAt(100),
            HttpFault.resetResponseAt(0),
            HttpFault.truncateBodyAt(1),
            HttpFault.answer(500))) {
      writeAll(store, keys);
      proxy().onNext(1, fault);
      assertReported(store, keys, underFault(() -> store.delete(keys)), fault);
      writeAll(store, keys);
      proxy().onEach(request -> true, fault);
      assertReported(store, keys, underFault(() -> store.delete(keys)), fault);
    }
  }

  private static void assertReported(
      ReplicaStore store, List<String> keys, DeleteReport report, HttpFault fault)
      throws IOException {
    var reported = new ArrayList<>(report.deleted());
    report.failed().stream().map(Failure::key).forEach(reported::add);
    assertThat(reported)
        .as("R6 keys reported after %s", fault)
        .containsExactlyInAnyOrderElementsOf(keys);
    List<String> left = allKeys(store, ListRequest.below(""));
    assertThat(report.deleted())
        .as("R6 keys reported as deleted after %s, although they are there", fault)
        .filteredOn(left::contains)
        .isEmpty();
  }

  @Test
  @DisplayName("R6 a batch of a delete that is refused as a whole fails for its own keys alone")
  public final void refusedBatchFailsForItsKeysAlone() throws Exception {
    ReplicaStore store = store(requests);
    List<String> keys = batches(store);
    List<String> there = ManyKeys.some(keys);
    writeAll(store, there);
    proxy().onNext(1, afterTheFirstBatch(), HttpFault.answer(403));
    DeleteReport report = underFault(() -> store.delete(keys));
    assertReportedInPart(store, keys, there, report);
    assertThat(report.deleted())
        .as("R6 keys reported as deleted, of the batches after the refused one")
        .contains(keys.get(keys.size() - 1));
  }

  @Test
  @DisplayName("R6 once a delete's batches are lost, those that were answered keep their outcome")
  public final void answeredBatchesKeepTheirOutcome() throws Exception {
    ReplicaStore store = store(requests);
    List<String> keys = batches(store);
    List<String> there = ManyKeys.some(keys);
    writeAll(store, there);
    proxy().onEach(afterTheFirstBatch(), HttpFault.resetRequestAt(0));
    DeleteReport report = underFault(() -> store.delete(keys));
    assertReportedInPart(store, keys, there, report);
    assertThat(report.failed())
        .as("R6 keys reported as failed, of the batches that were lost")
        .extracting(Failure::key)
        .contains(keys.get(keys.size() - 1));
  }

  /**
   * The requests of a delete that come when another one is under way or was answered. A server that
   * is busy may miss the deadline of a try; the next try is for the first batch still.
   */
  private Predicate<ProxiedRequest> afterTheFirstBatch() {
    var before = new AtomicInteger();
    return request -> before.getAndIncrement() > requests.failures();
  }

  /** Keys, of which none exists, that take the store more than one request to delete. */
  private List<String> batches(ReplicaStore store) throws IOException {
    List<String> keys = ManyKeys.all();
    underFault(() -> store.delete(keys));
    assertThat(requests.all()).as("R9 requests for a delete of %d keys", keys.size()).isNotEmpty();
    assumeTrue(requests.all().size() > 1, "the store deletes all keys in one request");
    return keys;
  }

  /** The first key was deleted, some were not, and exactly those are there. */
  private static void assertReportedInPart(
      ReplicaStore store, List<String> keys, List<String> there, DeleteReport report)
      throws IOException {
    Set<String> failed = report.failed().stream().map(Failure::key).collect(Collectors.toSet());
    assertThat(report.failed())
        .as("R6 every failure has a code and a message")
        .allSatisfy(failure -> assertThat(failure.code()).isNotBlank())
        .allSatisfy(failure -> assertThat(failure.message()).isNotBlank());
    List<String> reported = new ArrayList<>(report.deleted());
    report.failed().stream().map(Failure::key).forEach(reported::add);
    assertThat(reported)
        .as("R6 keys reported, each once")
        .containsExactlyInAnyOrderElementsOf(keys);
    assertThat(report.deleted())
        .as("R6 keys reported as deleted, of the batch that was answered")
        .contains(keys.get(0));
    assertThat(failed).as("R6 keys reported as failed").isNotEmpty();
    assertThat(allKeys(store, ListRequest.below("")))
        .as("R6 keys left, which are those reported as failed")
        .containsExactlyInAnyOrderElementsOf(there.stream().filter(failed::contains).toList());
  }

  @Test
  @DisplayName("R6 a delete whose request never arrives reports every key as failed")
  public final void deleteThatNeverArrivesFailsForEveryKey() throws Exception {
    ReplicaStore store = store(requests);
    List<String> keys = List.of("g/1", "g/2", "g/3");
    writeAll(store, keys);
    proxy().onEach(request -> true, HttpFault.resetRequestAt(0));
    DeleteReport report = underFault(() -> store.delete(keys));
    assertThat(report.failed())
        .as("R6 keys reported as failed")
        .extracting(Failure::key)
        .containsExactlyInAnyOrderElementsOf(keys);
    assertThat(allKeys(store, ListRequest.below("")))
        .as("R6 keys left")
        .containsExactlyElementsOf(keys);
  }

  @Test
  @DisplayName("R9 an error that passes is met by another try, and both are observed")
  public final void passingErrorIsTriedAgainAndObserved() throws IOException {
    ReplicaStore store = store(requests);
    for (HttpFault fault :
        List.of(
            HttpFault.answer(500),
            HttpFault.answer(503, Duration.ofSeconds(1)),
            HttpFault.resetRequestAt(0))) {
      assertTriedAgain(fault, "write", () -> writtenBytes(store));
      assertTriedAgain(fault, "read", () -> read(store, KEY));
      assertTriedAgain(fault, "list", () -> store.list(ListRequest.below("")));
      assertTriedAgain(fault, "delete", () -> deletedKeys(store));
    }
  }

  private static byte[] writtenBytes(ReplicaStore store) throws IOException {
    write(store, KEY, NEW);
    return NEW;
  }

  private static List<String> deletedKeys(ReplicaStore store) throws IOException {
    DeleteReport report = store.delete(List.of(KEY));
    assertThat(report.failed()).as("R6 keys that were not deleted").isEmpty();
    return report.deleted();
  }

  private void assertTriedAgain(HttpFault fault, String name, Call<?> call) throws IOException {
    proxy().onNext(1, fault);
    assertThat(succeeds(call)).as("R9 a %s is tried again after %s", name, fault).isTrue();
    assertThat(requests.all()).as("R9 requests of a %s", name).anyMatch(Request::failed);
    assertObservedAtTheWire(name);
  }

  private void assertObservedAtTheWire(String name) {
    assertThat(requests.all())
        .as("R9 requests of a %s that were observed, beside those that the proxy saw", name)
        .hasSize(proxy().requests().size());
  }

  @Test
  @DisplayName("R6 R7 R9 an error that stays comes up, after some tries, of which each is observed")
  public final void standingErrorComesUp() throws IOException {
    ReplicaStore store = store(requests);
    write(store, KEY, OLD);
    assertFailsAfterSomeTries("write", () -> writtenBytes(store));
    assertFailsAfterSomeTries("read", () -> read(store, KEY));
    assertFailsAfterSomeTries("list", () -> store.list(ListRequest.below("")));
    proxy().onEach(request -> true, HttpFault.answer(503));
    DeleteReport report = underFault(() -> store.delete(List.of(KEY)));
    assertThat(report.failed())
        .as("R6 keys reported as failed")
        .extracting(Failure::key)
        .containsExactly(KEY);
    assertObservedAtTheWire("delete");
    assertThat(named(read(store, KEY))).as("R1 once nothing fails").isEqualTo("the old bytes");
  }

  private void assertFailsAfterSomeTries(String name, Call<?> call) throws IOException {
    proxy().onEach(request -> true, HttpFault.answer(503));
    assertThat(succeeds(call)).as("R7 a %s succeeds that the server refused", name).isFalse();
    assertThat(requests.all()).as("R9 tries of a %s", name).hasSizeBetween(1, MOST_TRIES);
    assertThat(requests.all()).as("R9 tries of a %s", name).allMatch(Request::failed);
    assertObservedAtTheWire(name);
  }

  @Test
  @DisplayName("R7 a server that is silent is given up")
  public final void silentServerIsGivenUp() throws IOException {
    ReplicaStore store = store(requests);
    write(store, KEY, NEW);
    assertGivenUp("write", HttpFault.hang(), () -> writtenBytes(store));
    assertGivenUp("read", HttpFault.hang(), () -> read(store, KEY));
    assertGivenUp("read in the middle", HttpFault.hangInBodyAt(1000), () -> read(store, KEY));
    assertGivenUp("list", HttpFault.hang(), () -> store.list(ListRequest.below("")));
    assertGivenUp(
        "delete",
        HttpFault.hang(),
        () -> {
          for (Failure failure : store.delete(List.of(KEY)).failed()) {
            throw new ReplicaException(
                Kind.UNAVAILABLE, "delete", failure.key(), failure.code(), failure.message(), null);
          }
          return true;
        });
    assertThat(named(read(store, KEY))).as("R1 once it answers").isEqualTo("the new bytes");
  }

  private void assertGivenUp(String name, HttpFault fault, Call<?> call) throws IOException {
    proxy().onEach(request -> true, fault);
    long started = System.nanoTime();
    assertThat(succeeds(call)).as("R7 a %s succeeds of a silent server", name).isFalse();
    assertThat(Duration.ofNanos(System.nanoTime() - started))
        .as("R7 a %s is given up", name)
        .isLessThan(underTest().patience());
  }
}
