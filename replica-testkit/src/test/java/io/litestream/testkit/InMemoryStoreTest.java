package io.litestream.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream.spi.DeleteReport;
import io.litestream.spi.DeleteReport.Failure;
import io.litestream.spi.ListRequest;
import io.litestream.spi.NoSuchObjectException;
import io.litestream.spi.ObjectInfo;
import io.litestream.spi.ObjectWriter;
import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class InMemoryStoreTest {

  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final InMemoryStore store = new InMemoryStore();

  @Test
  void failsTheNextCallsOfAnOperationAndNoMore() throws IOException {
    store.failNext(StoreOperation.COMMIT, Kind.THROTTLED, 2);
    assertFails(Kind.THROTTLED, () -> write("a", "1"));
    assertFails(Kind.THROTTLED, () -> write("b", "1"));
    write("c", "1");
    assertThat(store.objects()).containsOnlyKeys("c");
    assertThat(store.requests(StoreOperation.COMMIT)).isEqualTo(3);
    assertThat(store.requests()).containsEntry(StoreOperation.WRITE, 3L);
  }

  @Test
  void failsCallsByKeyAndNumberUntilItIsHealed() throws IOException {
    store.put("a", bytes("1")).put("b", bytes("2"));
    store.failWhen(
        call -> call.operation() == StoreOperation.OPEN && call.number() == 2, Kind.DENIED);
    store.failWhen(call -> call.key().equals("b"), Kind.UNAVAILABLE);
    read("a");
    assertFails(Kind.DENIED, () -> read("a"));
    read("a");
    assertFails(Kind.UNAVAILABLE, () -> read("b"));
    store.heal();
    assertThat(read("b")).isEqualTo("2");
  }

  @Test
  void failingAsNotFoundIsNoSuchObject() {
    store.put("a", bytes("1")).failNext(StoreOperation.OPEN, Kind.NOT_FOUND, 1);
    assertThatThrownBy(() -> store.open("a")).isInstanceOf(NoSuchObjectException.class);
  }

  @Test
  void failsHalfWayThroughAWrite() throws IOException {
    store.failWritesAfter(5, Kind.UNAVAILABLE);
    assertFails(Kind.UNAVAILABLE, () -> write("a", "123456"));
    assertThat(store.objects()).isEmpty();
    write("b", "12345");
    assertThat(store.bytes("b")).contains(bytes("12345"));
  }

  @Test
  void failsHalfWayThroughARead() throws IOException {
    store.put("a", bytes("123456")).failReadsAfter(4, Kind.UNAVAILABLE);
    try (InputStream in = store.open("a")) {
      assertThat(in.readNBytes(4)).isEqualTo(bytes("1234"));
      assertFails(Kind.UNAVAILABLE, in::read);
    }
  }

  @Test
  void losesTheAnswerToACommitThatTookEffect() {
    store.loseAnswers(StoreOperation.COMMIT, 1);
    assertFails(Kind.UNAVAILABLE, () -> write("a", "1"));
    assertThat(store.objects()).containsOnlyKeys("a");
  }

  @Test
  void losesTheAnswerToABatchOfDeletesThatTookEffect() throws IOException {
    store.put("a", bytes("1")).loseAnswers(StoreOperation.DELETE, 1);
    DeleteReport report = store.delete(List.of("a"));
    assertThat(report.failed()).extracting(Failure::key).containsExactly("a");
    assertThat(store.objects()).isEmpty();
  }

  @Test
  void deniesDeletesWithACode() throws IOException {
    store.put("a", bytes("1")).put("b", bytes("2")).denyDelete("a"::equals, "Locked");
    DeleteReport report = store.delete(List.of("a", "b"));
    assertThat(report.deleted()).containsExactly("b");
    assertThat(report.failed()).extracting(Failure::code).containsExactly("Locked");
  }

  @Test
  void failsAWholeBatchAndKeepsTheResultOfTheOthers() throws IOException {
    List<String> keys = IntStream.range(0, 1500).mapToObj(i -> "k" + i).toList();
    keys.forEach(key -> store.put(key, new byte[0]));
    store.failNext(StoreOperation.DELETE, Kind.THROTTLED, 1);
    DeleteReport report = store.delete(keys);
    assertThat(report.failed())
        .extracting(Failure::key)
        .containsExactlyElementsOf(keys.subList(0, 1000));
    assertThat(report.deleted()).containsExactlyElementsOf(keys.subList(1000, 1500));
    assertThat(store.objects()).hasSize(1000);
  }

  @Test
  void holdsCallsUntilTheyAreLetGo() throws Exception {
    StoreHold hold = store.hold(call -> call.operation() == StoreOperation.LIST);
    var listing =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return store.list(ListRequest.below("")).objects();
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
    assertThat(hold.awaitReached(LIMIT)).isTrue();
    assertThat(listing).isNotDone();
    store.put("a", bytes("1"));
    hold.release();
    assertThat(listing.get()).extracting(ObjectInfo::key).containsExactly("a");
  }

  @Test
  void healingLetsGoOfWhatIsHeld() throws InterruptedException, ExecutionException {
    StoreHold hold = store.hold(call -> true);
    var writing =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                write("a", "1");
                return true;
              } catch (IOException e) {
                return false;
              }
            });
    assertThat(hold.awaitReached(LIMIT)).isTrue();
    store.heal();
    assertThat(writing.get()).isTrue();
  }

  @Test
  void delaysCallsUntilTheThreadIsInterrupted() {
    store.delay(Duration.ofDays(1));
    Thread.currentThread().interrupt();
    try {
      assertFails(Kind.UNAVAILABLE, () -> store.list(ListRequest.below("")));
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void takesTheTimeOfObjectsFromItsClock() throws IOException {
    Instant then = Instant.parse("2024-02-29T12:00:00Z");
    store.clock(() -> then);
    write("a", "1");
    assertThat(store.list(ListRequest.below("")).objects())
        .extracting(ObjectInfo::lastModified)
        .containsExactly(then);
  }

  @Test
  void reopenedStoreSharesObjectsFaultsAndCounters() throws IOException {
    write("a", "1");
    store.close();
    InMemoryStore again = store.reopen();
    assertThat(again.objects()).containsOnlyKeys("a");
    store.failNext(StoreOperation.OPEN, Kind.DENIED, 1);
    assertFails(Kind.DENIED, () -> again.open("a"));
    assertThat(again.requests(StoreOperation.OPEN)).isEqualTo(1);
  }

  @Test
  void copiesWhatGoesInAndOut() {
    byte[] bytes = bytes("1");
    store.put("a", bytes);
    bytes[0] = 'x';
    store.objects().clear();
    store.objects().firstEntry().getValue()[0] = 'x';
    assertThat(store.bytes("a")).contains(bytes("1"));
  }

  private interface Step {
    void run() throws IOException;
  }

  private static void assertFails(Kind kind, Step step) {
    assertThatThrownBy(step::run)
        .isInstanceOfSatisfying(ReplicaException.class, e -> assertThat(e.kind()).isEqualTo(kind));
  }

  private void write(String key, String text) throws IOException {
    try (ObjectWriter writer = store.create(key)) {
      writer.write(bytes(text));
      writer.commit();
    }
  }

  private String read(String key) throws IOException {
    try (InputStream in = store.open(key)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
