package io.litestream.replica.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream.spi.DeleteReport;
import io.litestream.spi.DeleteReport.Failure;
import io.litestream.spi.ListRequest;
import io.litestream.spi.ObjectWriter;
import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaException.Kind;
import io.litestream.spi.ReplicaSettings;
import io.litestream.spi.ReplicaStore;
import io.litestream.spi.RequestObserver;
import io.litestream.testkit.HttpFault;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a store in S3 does beyond the contract. */
class S3StoreTest {

  private S3UnderTest server;

  @BeforeEach
  void begin() throws IOException {
    server = S3UnderTest.current();
  }

  @AfterEach
  void end() throws IOException {
    server.close();
  }

  private static void write(ReplicaStore store, String key, byte[] bytes) throws IOException {
    try (ObjectWriter writer = store.create(key)) {
      writer.write(bytes);
      writer.commit();
    }
  }

  @Test
  void smallObjectIsOneRequest() throws IOException {
    try (ReplicaStore store = server.open(RequestObserver.NONE)) {
      write(store, "a", new byte[100_000]);
    }
    assertThat(server.proxy().requests()).hasSize(1);
  }

  @Test
  void downloadGoesOnWhereItsConnectionBroke() throws IOException {
    byte[] written = new byte[1_000_000];
    new Random(1).nextBytes(written);
    try (ReplicaStore store = server.open(RequestObserver.NONE)) {
      write(store, "a", written);
      server.proxy().clearRequests();
      server.proxy().onNext(1, HttpFault.truncateBodyAt(400_000));
      try (InputStream in = store.open("a")) {
        assertThat(in.readAllBytes()).isEqualTo(written);
      }
    }
    assertThat(server.proxy().requests()).hasSize(2);
    assertThat(server.proxy().requests().get(1).header("Range")).isEqualTo("bytes=400000-");
    assertThat(server.proxy().requests().get(1).header("If-Match")).isNotEmpty();
    assertThat(server.proxy().requests().get(1).responseBody()).isEqualTo(600_000);
  }

  @Test
  void downloadOfAnObjectThatWasReplacedMeanwhileFails() throws IOException {
    try (ReplicaStore store = server.open(RequestObserver.NONE)) {
      write(store, "a", new byte[4_000_000]);
      server.proxy().onNext(1, HttpFault.resetResponseAt(2_000_000));
      try (InputStream in = store.open("a")) {
        assertThat(in.readNBytes(1000)).hasSize(1000);
        byte[] other = new byte[4_000_000];
        other[3_999_999] = 1;
        write(store, "a", other);
        assertThatThrownBy(in::readAllBytes)
            .isInstanceOf(ReplicaException.class)
            .hasMessageContaining("replaced while it was being read");
      }
    }
  }

  @Test
  void keyThatTheAnswerDoesNotNameWasNotDeleted() throws IOException {
    try (ReplicaStore store = server.open(RequestObserver.NONE)) {
      write(store, "a", new byte[1]);
      InMemoryServer.instance().objects().forgetDeletes(server.bucket());
      DeleteReport report = store.delete(List.of("a"));
      assertThat(report.deleted()).isEmpty();
      assertThat(report.failed()).extracting(Failure::code).containsExactly("NotReported");
    }
  }

  @Test
  void denialsAreReportedPerKeyOverSeveralBatches() throws IOException {
    List<String> keys = IntStream.range(0, 2_500).mapToObj(i -> "k" + i).toList();
    try (ReplicaStore store = server.open(RequestObserver.NONE)) {
      server.makeUndeletable("k7");
      server.makeUndeletable("k2400");
      DeleteReport report = store.delete(keys);
      assertThat(report.failed()).extracting(Failure::key).containsExactly("k7", "k2400");
      assertThat(report.failed()).extracting(Failure::code).containsOnly("AccessDenied");
      assertThat(report.failed())
          .extracting(Failure::message)
          .containsOnly("Access Denied by test");
      assertThat(report.deleted()).hasSize(2_498);
    }
    assertThat(server.proxy().requests()).hasSize(3);
  }

  @Test
  void wrongSecretIsDeniedAtOnceAndNotShown() throws IOException {
    Map<String, String> settings = new TreeMap<>(server.settings());
    settings.put("secret-access-key", "wrong-secret");
    try (ReplicaStore store =
        new S3StoreProvider().open(new ReplicaSettings("s3", settings), RequestObserver.NONE)) {
      assertThatThrownBy(() -> store.list(ListRequest.below("")))
          .isInstanceOfSatisfying(
              ReplicaException.class, e -> assertThat(e.kind()).isEqualTo(Kind.DENIED))
          .hasMessageContaining("does not accept the credentials")
          .hasMessageNotContaining("wrong-secret");
    }
    assertThat(server.proxy().requests()).hasSize(1);
  }

  @Test
  void missingBucketIsNamed() throws IOException {
    Map<String, String> settings = new TreeMap<>(server.settings());
    settings.put("bucket", "there-is-no-such-bucket");
    try (ReplicaStore store =
        new S3StoreProvider().open(new ReplicaSettings("s3", settings), RequestObserver.NONE)) {
      assertThatThrownBy(() -> store.list(ListRequest.below("")))
          .isInstanceOfSatisfying(
              ReplicaException.class, e -> assertThat(e.kind()).isEqualTo(Kind.NOT_FOUND))
          .hasMessageContaining("there is no such bucket");
    }
  }

  @Test
  void pauseBeforeAnotherTryIsAsLongAsTheServerSays() throws IOException {
    try (ReplicaStore store = server.open(RequestObserver.NONE)) {
      write(store, "warm", new byte[1]);
      server.proxy().onNext(1, HttpFault.answer(503, Duration.ofSeconds(3)));
      long began = System.nanoTime();
      write(store, "a", new byte[1]);
      assertThat(Duration.ofNanos(System.nanoTime() - began))
          .isGreaterThan(Duration.ofMillis(2_900));
    }
  }

  @Test
  void deletesOfManyBatchesEndWithTheFirstThatHasNoAnswer() throws IOException {
    List<String> keys = IntStream.range(0, 5_000).mapToObj(i -> "k" + i).toList();
    try (ReplicaStore store = server.open(RequestObserver.NONE)) {
      server.makeUnreachable();
      DeleteReport report = store.delete(keys);
      assertThat(report.failed()).hasSize(5_000);
      assertThat(report.failed()).extracting(Failure::code).containsOnly("NoAnswer");
    }
  }
}
