package io.litestream.replica.azure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.litestream.spi.DeleteReport;
import io.litestream.spi.DeleteReport.Failure;
import io.litestream.spi.RequestObserver;
import io.litestream.spi.RequestObserver.Operation;
import io.litestream.spi.RequestObserver.Request;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** R6: what a batch was answered for each blob, through real HTTP. */
class DeniedDeleteTest {

  private static final Deadlines DEADLINES =
      new Deadlines(Duration.ofSeconds(10), Duration.ofSeconds(10), 1, Duration.ofMillis(5));

  private final Queue<Request> requests = new ConcurrentLinkedQueue<>();
  private FakeBatchService service;
  private AzureStore store;

  @BeforeEach
  void start() throws IOException {
    service = new FakeBatchService();
    RequestObserver observer = requests::add;
    store = AzureStore.open(service.settings(), DEADLINES, observer);
  }

  @AfterEach
  void stop() {
    store.close();
    service.close();
  }

  @Test
  void batchThatSucceedsHidesNoDeniedBlob() throws IOException {
    service.answer("g/2", 403);
    service.answer("g/4 +%", 409);
    DeleteReport report = store.delete(List.of("g/1", "g/2", "g/3", "g/4 +%"));
    assertThat(report.deleted()).containsExactlyInAnyOrder("g/1", "g/3");
    assertThat(report.failed())
        .extracting(Failure::key, Failure::code)
        .containsExactlyInAnyOrder(
            tuple("g/2", "AuthorizationPermissionMismatch"),
            tuple("g/4 +%", "BlobImmutableDueToPolicy"));
    assertThat(report.failed().get(0).message()).contains("Storage Blob Data Contributor");
  }

  @Test
  void batchThatSucceedsMayHaveDeletedNothing() throws IOException {
    List<String> keys = List.of("g/1", "g/2");
    keys.forEach(key -> service.answer(key, 403));
    DeleteReport report = store.delete(keys);
    assertThat(report.deleted()).isEmpty();
    assertThat(report.failed()).extracting(Failure::key).containsExactlyElementsOf(keys);
  }

  @Test
  void missingBlobCountsAsDeleted() throws IOException {
    service.answer("g/1", 404);
    assertThat(store.delete(List.of("g/1", "g/2")).deleted()).containsExactly("g/1", "g/2");
  }

  /** The library refuses an answer that is not complete, all of it. */
  @Test
  void incompleteAnswerLeavesNoBlobDeleted() throws IOException {
    service.answer("g/1", 0);
    DeleteReport report = store.delete(List.of("g/1", "g/2"));
    assertThat(report.deleted()).isEmpty();
    assertThat(report.failed()).extracting(Failure::key).containsExactly("g/1", "g/2");
  }

  @Test
  void batchThatIsRefusedFailsAllItsBlobs() throws IOException {
    service.answerBatches(403);
    DeleteReport report = store.delete(List.of("g/1", "g/2"));
    assertThat(report.deleted()).isEmpty();
    assertThat(report.failed())
        .extracting(Failure::code)
        .containsExactly("AuthorizationPermissionMismatch", "AuthorizationPermissionMismatch");
  }

  @Test
  void batchesHaveAtMost256AndEachIsOneRequest() throws IOException {
    List<String> keys = IntStream.range(0, 600).mapToObj(i -> "g/" + i).toList();
    service.answer("g/300", 403);
    DeleteReport report = store.delete(keys);
    assertThat(service.batches()).containsExactly(256, 256, 88);
    assertThat(report.deleted()).hasSize(599).doesNotContain("g/300");
    assertThat(requests).extracting(Request::operation).containsOnly(Operation.DELETE).hasSize(3);
  }
}
