package io.litestream.replica.sftp;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream.spi.DeleteReport;
import io.litestream.spi.DeleteReport.Failure;
import io.litestream.spi.ListRequest;
import io.litestream.spi.ObjectInfo;
import io.litestream.spi.ObjectWriter;
import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaException.Kind;
import io.litestream.spi.ReplicaStore;
import io.litestream.spi.RequestObserver;
import io.litestream.spi.RequestObserver.Operation;
import io.litestream.spi.RequestObserver.Request;
import io.litestream.testkit.TcpFault;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the rules mean when connections break, and when the server is silent. */
@Timeout(120)
class SftpFaultTest {

  private static final Patience SHORT =
      new Patience(Duration.ofMillis(1500), Duration.ofSeconds(3), Duration.ofMillis(300));

  private static final String KEY = "g/wal/1.wal.lz4";
  private static final byte[] OLD = random(1, 90_000);
  private static final byte[] NEW = random(2, 200_000);

  @TempDir Path directory;
  private SftpUnderTest server;
  private ReplicaStore undisturbed;
  private final Queue<Request> requests = new ConcurrentLinkedQueue<>();

  private interface Call {
    void run() throws IOException;
  }

  @BeforeEach
  void start() throws IOException {
    server = new SftpUnderTest(OnMina.running(), directory, SHORT);
    undisturbed = server.open(RequestObserver.NONE);
  }

  @AfterEach
  void stop() throws IOException {
    undisturbed.close();
    server.close();
  }

  private static byte[] random(long seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static void write(ReplicaStore store, byte[] bytes) throws IOException {
    try (ObjectWriter writer = store.create(KEY)) {
      writer.write(bytes);
      writer.commit();
    }
  }

  private static byte[] read(ReplicaStore store) throws IOException {
    try (InputStream in = store.open(KEY)) {
      return in.readAllBytes();
    }
  }

  private static String named(byte[] bytes) {
    if (Arrays.equals(bytes, OLD)) {
      return "old";
    }
    return Arrays.equals(bytes, NEW) ? "new" : bytes.length + " other bytes";
  }

  private static List<String> keys(ReplicaStore store) throws IOException {
    return store.list(ListRequest.below("")).objects().stream().map(ObjectInfo::key).toList();
  }

  private static boolean succeeds(Call call) throws IOException {
    try {
      call.run();
      return true;
    } catch (ReplicaException e) {
      assertThat(e.kind()).as(e.getMessage()).isEqualTo(Kind.UNAVAILABLE);
      return false;
    }
  }

  @Test
  void uploadThatIsCutAnywhereLeavesTheKeyAsItWasAndNothingBehind() throws IOException {
    int failures = 0;
    for (long at : List.of(1L, 500L, 2_000L, 4_000L, 20_000L, 100_000L, 200_000L, 204_000L)) {
      write(undisturbed, OLD);
      server.tcp().onNext(1, TcpFault.resetAfterSending(at));
      try (ReplicaStore store = server.open(RequestObserver.NONE)) {
        boolean written = succeeds(() -> write(store, NEW));
        assertThat(named(read(undisturbed)))
            .as("after a cut at byte %d", at)
            .isIn(written ? List.of("new") : List.of("old", "new"));
        failures += written ? 0 : 1;
        write(store, NEW);
        assertThat(named(read(store))).isEqualTo("new");
        assertThat(server.leftovers()).as("left behind after a cut at byte %d", at).isEmpty();
      }
    }
    assertThat(failures).as("cuts that were noticed").isGreaterThan(4);
  }

  @Test
  void downloadThatIsCutAnywhereIsWholeOrFails() throws IOException {
    write(undisturbed, NEW);
    for (long at : List.of(1L, 500L, 2_000L, 10_000L, 100_000L, 200_000L)) {
      server.tcp().onNext(1, TcpFault.resetAfterReceiving(at));
      try (ReplicaStore store = server.open(RequestObserver.NONE)) {
        succeeds(() -> assertThat(named(read(store))).isEqualTo("new"));
        assertThat(named(read(store))).as("on the next connection").isEqualTo("new");
      }
    }
  }

  @Test
  void listingThatIsCutAnywhereIsWholeOrFails() throws IOException {
    List<String> written = writeMany();
    for (long at : List.of(2_000L, 3_000L, 5_000L, 10_000L, 20_000L)) {
      server.tcp().onNext(1, TcpFault.resetAfterReceiving(at));
      try (ReplicaStore store = server.open(RequestObserver.NONE)) {
        succeeds(() -> assertThat(keys(store)).containsExactlyElementsOf(written));
        assertThat(keys(store)).as("on the next connection").containsExactlyElementsOf(written);
      }
    }
  }

  private List<String> writeMany() throws IOException {
    List<String> keys = IntStream.range(100, 300).mapToObj(i -> "g/wal/" + i).toList();
    for (String key : keys) {
      try (ObjectWriter writer = undisturbed.create(key)) {
        writer.commit();
      }
    }
    return keys;
  }

  @Test
  void deleteThatIsCutAnywhereReportsEveryKeyOnceAndNoneAsDeletedThatIsThere() throws IOException {
    for (long at : List.of(500L, 3_000L, 4_500L, 8_000L, 12_000L)) {
      List<String> keys = writeMany();
      server.tcp().onEach(TcpFault.resetAfterSending(at));
      try (ReplicaStore store = server.open(RequestObserver.NONE)) {
        DeleteReport report = store.delete(keys);
        server.tcp().heal();
        var reported = new ArrayList<>(report.deleted());
        report.failed().stream().map(Failure::key).forEach(reported::add);
        assertThat(reported).containsExactlyInAnyOrderElementsOf(keys);
        List<String> left = keys(undisturbed);
        assertThat(report.deleted()).filteredOn(left::contains).isEmpty();
        assertThat(report.failed()).allSatisfy(f -> assertThat(f.code()).isNotEmpty());
        assertThat(store.delete(keys).failed()).as("on the next connection").isEmpty();
      }
    }
  }

  @Test
  void callThatFindsItsConnectionLostIsMadeAgainAndBothAreObserved() throws IOException {
    try (ReplicaStore store = server.open(requests::add)) {
      write(store, NEW);
      List<Call> calls =
          List.of(
              () -> write(store, NEW),
              () -> read(store),
              () -> keys(store),
              () -> assertThat(store.delete(List.of(KEY)).failed()).isEmpty());
      // How much of the loss has been noticed when the call begins is a matter of time.
      for (int i = 0; i < 10 * calls.size(); i++) {
        server.tcp().resetConnections();
        requests.clear();
        calls.get(i % calls.size()).run();
        assertThat(requests).filteredOn(request -> !request.failed()).isNotEmpty();
      }
      assertThat(server.tcp().connections()).isGreaterThan(10 * calls.size());
    }
  }

  @Test
  void silentServerIsGivenUpByEveryCallAndServedAgainLater() throws IOException {
    try (ReplicaStore store = server.open(requests::add)) {
      write(store, NEW);
      for (Call call :
          List.<Call>of(
              () -> write(store, OLD),
              () -> read(store),
              () -> keys(store),
              () -> failIfNotDeleted(store))) {
        server.tcp().hang();
        long began = System.nanoTime();
        assertThat(succeeds(call)).isFalse();
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(20));
        server.tcp().heal();
        server.tcp().resetConnections();
      }
      assertThat(requests)
          .filteredOn(Request::failed)
          .extracting(Request::operation)
          .contains(Operation.PUT, Operation.GET, Operation.LIST, Operation.DELETE);
      assertThat(named(read(store))).isEqualTo("new");
    }
  }

  private static void failIfNotDeleted(ReplicaStore store) throws IOException {
    for (Failure failure : store.delete(List.of(KEY)).failed()) {
      throw new ReplicaException(
          Kind.UNAVAILABLE, "delete", failure.key(), failure.code(), failure.message(), null);
    }
  }

  @Test
  void serverThatFallsSilentInTheMiddleOfAnUploadIsGivenUp() throws IOException {
    write(undisturbed, OLD);
    try (ReplicaStore store = server.open(RequestObserver.NONE);
        ObjectWriter writer = store.create(KEY)) {
      writer.write(random(3, 100_000));
      server.tcp().hang();
      // More than fits the buffers on the way, so that not only the commit has to wait.
      assertThat(
              succeeds(
                  () -> {
                    for (int i = 0; i < 100; i++) {
                      writer.write(random(4, 1_000_000));
                    }
                    writer.commit();
                  }))
          .isFalse();
    }
    server.tcp().heal();
    server.tcp().resetConnections();
    assertThat(named(read(undisturbed))).isEqualTo("old");
  }
}
