package io.litestream.replica.gcs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.litestream.spi.DeleteReport;
import io.litestream.spi.DeleteReport.Failure;
import io.litestream.spi.ObjectWriter;
import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaStore;
import io.litestream.spi.RequestObserver;
import io.litestream.spi.RequestObserver.Operation;
import io.litestream.spi.RequestObserver.Request;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the adapter does beyond the contract, through real HTTP. */
class GcsStoreTest {

  private final Queue<Request> requests = new ConcurrentLinkedQueue<>();
  private FakeGcsUnderTest gcs;
  private ReplicaStore store;

  @BeforeEach
  void open() throws IOException {
    gcs = FakeGcsUnderTest.patient();
    RequestObserver observer = requests::add;
    store = gcs.open(observer);
  }

  @AfterEach
  void close() throws IOException {
    store.close();
    gcs.close();
  }

  @Test
  void batchThatSucceedsHidesNoDeniedObject() throws IOException {
    gcs.server().denyDelete(FakeGcsUnderTest.name("g/2"), 403);
    gcs.server().denyDelete(FakeGcsUnderTest.name("g/4 +%"), 429);
    DeleteReport report = store.delete(List.of("g/1", "g/2", "g/3", "g/4 +%"));
    assertThat(report.deleted()).containsExactly("g/1", "g/3");
    assertThat(report.failed())
        .extracting(Failure::key, Failure::code)
        .containsExactly(tuple("g/2", "forbidden"), tuple("g/4 +%", "rateLimitExceeded"));
    assertThat(report.failed().get(0).message()).contains("Storage Object User");
  }

  @Test
  void objectThatTheAnswerLeavesOutIsFailed() throws IOException {
    gcs.server().denyDelete(FakeGcsUnderTest.name("g/2"), 0);
    DeleteReport report = store.delete(List.of("g/1", "g/2"));
    assertThat(report.failed()).extracting(Failure::key).contains("g/2");
    assertThat(report.deleted()).doesNotContain("g/2");
  }

  @Test
  void batchesHaveAtMost100AndEachIsOneRequest() throws IOException {
    List<String> keys = IntStream.range(0, 250).mapToObj(i -> "g/" + i).toList();
    assertThat(store.delete(keys).deleted()).hasSize(250);
    assertThat(gcs.server().batches()).containsExactly(100, 100, 50);
    assertThat(requests).extracting(Request::operation).containsOnly(Operation.DELETE).hasSize(3);
  }

  @Test
  void uploadGoesOnWhereTheServiceStoppedTaking() throws IOException {
    gcs.server().keepAtMost(3 << 20);
    byte[] bytes = new byte[GcsWriting.CHUNK + 5];
    new Random(1).nextBytes(bytes);
    write("a", bytes);
    try (InputStream in = store.open("a")) {
      assertThat(in.readAllBytes()).isEqualTo(bytes);
    }
  }

  @Test
  void objectThatIsNotKeptAsSentIsDeletedAgain() {
    gcs.server().damage();
    assertThatThrownBy(() -> write("a", new byte[10]))
        .isInstanceOf(ReplicaException.class)
        .hasMessageContaining("commit a: the store has kept other bytes");
    assertThat(gcs.server().names()).isEmpty();
  }

  @Test
  void missingBucketIsToldFromAMissingObject() throws IOException {
    try (ReplicaStore other =
        GcsStore.open(
            FakeGcsUnderTest.settings(gcs.server().address().getPort(), "other-bucket"),
            Deadlines.DEFAULT,
            RequestObserver.NONE)) {
      assertThatThrownBy(() -> other.open("a"))
          .isExactlyInstanceOf(ReplicaException.class)
          .hasMessageContaining("there is no bucket 'other-bucket'");
    }
  }

  private void write(String key, byte[] bytes) throws IOException {
    try (ObjectWriter writer = store.create(key)) {
      writer.write(bytes);
      writer.commit();
    }
  }
}
