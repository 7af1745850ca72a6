package io.litestream.core.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream.core.replica.ReplicaReader;
import io.litestream.spi.DeleteReport;
import io.litestream.spi.ListPage;
import io.litestream.spi.ListRequest;
import io.litestream.spi.ObjectWriter;
import io.litestream.spi.ReplicaException.Kind;
import io.litestream.spi.ReplicaStore;
import io.litestream.testkit.InMemoryStore;
import io.litestream.testkit.StoreOperation;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StoreProbeTest {

  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);

  private final InMemoryStore store = new InMemoryStore().clock(() -> NOW);

  private static List<Finding> probe(ReplicaStore store) {
    return StoreProbe.run(store, "s3", CLOCK);
  }

  private static Finding of(List<Finding> findings, String subject) {
    return findings.stream().filter(f -> f.subject().equals(subject)).findFirst().orElseThrow();
  }

  private static List<String> verdicts(List<Finding> findings) {
    return findings.stream().map(f -> f.subject() + " " + f.verdict()).toList();
  }

  @Test
  void whatIsAllowedLeavesNothingBehind() {
    assertThat(verdicts(probe(store)))
        .containsExactly("write OK", "list OK", "read OK", "delete OK", "clock OK");
    assertThat(store.objects()).isEmpty();
  }

  @Test
  void itTakesFiveRequests() {
    probe(store);

    assertThat(
            store.requests(StoreOperation.COMMIT)
                + store.requests(StoreOperation.LIST)
                + store.requests(StoreOperation.OPEN)
                + store.requests(StoreOperation.DELETE))
        .isEqualTo(5);
  }

  @Test
  void aDeniedDeleteIsSaidWithCodeAndPermission() {
    store.denyDelete(key -> true);

    Finding delete = of(probe(store), "delete");

    assertThat(delete.verdict()).isEqualTo(Verdict.DENIED);
    assertThat(delete.code()).contains("AccessDenied");
    assertThat(delete.permission()).contains("s3:DeleteObject");
    assertThat(delete.text())
        .isEqualTo(
            "delete litestream-check: the store was told to keep it (AccessDenied);"
                + " the probe stays, and the next check uses it again");
  }

  @Test
  void probesThatCannotBeDeletedDoNotPileUp() {
    store.denyDelete(key -> true);
    for (int i = 0; i < 3; i++) {
      assertThat(verdicts(probe(store)))
          .containsExactly("write OK", "list OK", "read OK", "delete DENIED", "clock OK");
    }
    assertThat(store.objects()).containsOnlyKeys(StoreProbe.KEY);
  }

  @Test
  void aProbeThatStaysIsNoPartOfAReplica() throws IOException {
    store.denyDelete(key -> true);
    probe(store);

    assertThat(new ReplicaReader("r", store).generations()).isEmpty();
  }

  @Test
  void aLaterCheckRemovesWhatAnEarlierOneCouldNot() {
    store.denyDelete(key -> true);
    probe(store);
    store.heal();

    probe(store);

    assertThat(store.objects()).isEmpty();
  }

  @Test
  void whereNothingMayBeWrittenTheRestIsStillTold() {
    store.failWhen(call -> call.operation() == StoreOperation.COMMIT, Kind.DENIED);

    List<Finding> findings = probe(store);

    assertThat(verdicts(findings))
        .containsExactly("write DENIED", "list OK", "read NOTE", "delete NOTE");
    assertThat(of(findings, "write").permission()).contains("s3:PutObject");
    assertThat(of(findings, "read").text()).startsWith("not tried");
  }

  @Test
  void anOldProbeThatMayNotBeReplacedDoesNotLookLikeADeniedWrite() {
    // As in Google's store, where writing over an object takes the permission to delete it.
    store.put(StoreProbe.KEY, new byte[] {1});
    store.denyDelete(key -> true);
    store.failWhen(call -> call.operation() == StoreOperation.COMMIT, Kind.DENIED);

    List<Finding> findings = probe(store);

    assertThat(verdicts(findings))
        .containsExactly("write NOTE", "list OK", "read OK", "delete DENIED");
    assertThat(of(findings, "write").text()).startsWith("cannot be told");
  }

  @Test
  void anOldProbeIsDeletedIfOnlyReplacingItIsDenied() {
    store.put(StoreProbe.KEY, new byte[] {1});
    store.failNext(StoreOperation.COMMIT, Kind.DENIED, 1);

    assertThat(verdicts(probe(store)))
        .containsExactly("write OK", "list OK", "read OK", "delete OK", "clock OK");
  }

  @ParameterizedTest
  @CsvSource({
    "DENIED, DENIED",
    "THROTTLED, UNREACHABLE",
    "UNAVAILABLE, UNREACHABLE",
    "NOT_FOUND, SETTINGS",
    "CONFIGURATION, SETTINGS",
  })
  void failuresAreToldApart(Kind kind, Verdict verdict) {
    store.failWhen(call -> true, kind);

    List<Finding> findings = probe(store);

    assertThat(of(findings, "write").verdict()).isEqualTo(verdict);
    assertThat(of(findings, "list").verdict()).isEqualTo(verdict);
  }

  @ParameterizedTest
  @CsvSource({
    "AccessDenied, DENIED",
    "403, DENIED",
    "EACCES, DENIED",
    "BlobImmutableDueToPolicy, DENIED",
    "ServiceUnavailable, UNREACHABLE",
    "SlowDown, UNREACHABLE",
    "InternalError, UNREACHABLE",
    "503, UNREACHABLE",
    "backendError, UNREACHABLE",
    "RequestTimeout, UNREACHABLE",
  })
  void codesOfDeletesAreToldApart(String code, Verdict verdict) {
    store.denyDelete(key -> true, code);

    assertThat(of(probe(store), "delete").verdict()).isEqualTo(verdict);
  }

  @ParameterizedTest
  @CsvSource({
    "0, OK",
    "1, OK",
    "-1, OK",
    "2, NOTE",
    "-59, NOTE",
    "60, CLOCK",
    "-3600, CLOCK",
  })
  void clocksAreCompared(long seconds, Verdict verdict) {
    store.clock(() -> NOW.plusSeconds(seconds));

    Finding clock = of(probe(store), "clock");

    assertThat(clock.verdict()).isEqualTo(verdict);
    if (verdict != Verdict.OK) {
      assertThat(clock.text())
          .contains(Math.abs(seconds) + " s " + (seconds < 0 ? "behind" : "ahead of"));
    }
  }

  @Test
  void aStoreThatTakesItsTimeIsNotAClockThatIsWrong() {
    Clock slow =
        new Clock() {
          private Instant time = NOW;

          @Override
          public Instant instant() {
            time = time.plusSeconds(120);
            return time;
          }

          @Override
          public ZoneOffset getZone() {
            return ZoneOffset.UTC;
          }

          @Override
          public Clock withZone(ZoneId zone) {
            return this;
          }
        };
    store.clock(() -> NOW.plusSeconds(300));

    assertThat(of(StoreProbe.run(store, "s3", slow), "clock").verdict()).isEqualTo(Verdict.OK);
  }

  @ParameterizedTest
  @CsvSource({
    "gcs, storage.objects.delete",
    "abs, Microsoft.Storage/storageAccounts/blobServices/containers/blobs/delete",
    "file, to write in the directory",
    "sftp, to write in the directory",
  })
  void permissionsHaveTheirVendorsNames(String type, String permission) {
    store.denyDelete(key -> true);

    assertThat(of(StoreProbe.run(store, type, CLOCK), "delete").permission()).contains(permission);
  }

  @ParameterizedTest
  @ValueSource(strings = {"webdav", "nats"})
  void ofTypesOfOthersNoPermissionIsGuessed(String type) {
    store.denyDelete(key -> true);

    assertThat(of(StoreProbe.run(store, type, CLOCK), "delete").permission()).isEmpty();
  }

  /** Passes everything on, except for what a test overrides. */
  private static class Lying implements ReplicaStore {
    final InMemoryStore store;

    Lying(InMemoryStore store) {
      this.store = store;
    }

    @Override
    public ListPage list(ListRequest request) throws IOException {
      return store.list(request);
    }

    @Override
    public InputStream open(String key) throws IOException {
      return store.open(key);
    }

    @Override
    public ObjectWriter create(String key) throws IOException {
      return store.create(key);
    }

    @Override
    public DeleteReport delete(Collection<String> keys) throws IOException {
      return store.delete(keys);
    }

    @Override
    public void close() {}
  }

  @Test
  void aStoreThatSaysDeletedAndDoesNotIsFoundOut() {
    ReplicaStore lying =
        new Lying(store) {
          @Override
          public DeleteReport delete(Collection<String> keys) {
            return new DeleteReport(List.copyOf(keys), List.of());
          }
        };

    assertThat(verdicts(probe(lying))).contains("delete WRONG");
  }

  @Test
  void aStoreThatDoesNotListWhatWasWrittenIsFoundOut() {
    ReplicaStore lying =
        new Lying(store) {
          @Override
          public ListPage list(ListRequest request) {
            return ListPage.EMPTY;
          }
        };

    assertThat(verdicts(probe(lying)))
        .containsExactly("write OK", "list WRONG", "read OK", "delete OK");
  }

  @Test
  void aStoreThatGivesSomethingElseIsFoundOut() {
    ReplicaStore lying =
        new Lying(store) {
          @Override
          public InputStream open(String key) {
            return new ByteArrayInputStream("else".getBytes(StandardCharsets.UTF_8));
          }
        };

    assertThat(verdicts(probe(lying))).contains("read WRONG");
  }

  @Test
  void aStoreThatWasClosedIsUnreachable() {
    store.close();

    assertThat(of(probe(store), "write").verdict()).isEqualTo(Verdict.UNREACHABLE);
  }
}
