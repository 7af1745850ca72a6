package io.litestream.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream.spi.ListRequest;
import io.litestream.spi.NoSuchObjectException;
import io.litestream.spi.ReplicaStore;
import io.litestream.spi.RequestObserver.Operation;
import io.litestream.spi.RequestObserver.Request;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** R9: every request is told to the observer. */
public abstract class ObservationContract extends StoreContract {

  private static final String KEY = "a/1";

  private final RecordedRequests requests = new RecordedRequests();

  @Test
  @DisplayName("R9 a write is observed, with its bytes")
  public final void writeIsObserved() throws IOException {
    ReplicaStore store = store(requests);
    write(store, KEY, new byte[1234]);
    assertObserved(Operation.PUT, 1234);
  }

  @Test
  @DisplayName("R9 a write in parts is observed, with its bytes in all")
  public final void writeInPartsIsObserved() throws IOException {
    ReplicaStore store = store(requests);
    new Pattern(1, 2L * partSize() + 1).write(store, KEY);
    assertObserved(Operation.PUT, 2L * partSize() + 1);
  }

  @Test
  @DisplayName("R9 a read is observed once its stream is closed, with its bytes")
  public final void readIsObserved() throws IOException {
    write(store(), KEY, new byte[1234]);
    read(store(requests), KEY);
    assertObserved(Operation.GET, 1234);
  }

  @Test
  @DisplayName("R9 opening a missing key is observed, without bytes")
  public final void missingKeyIsObserved() throws IOException {
    ReplicaStore store = store(requests);
    try {
      read(store, KEY);
    } catch (NoSuchObjectException expected) {
      assertThat(requests.of(Operation.GET)).as("R9 GET requests").isNotEmpty();
      assertThat(requests.bytes(Operation.GET)).as("R9 bytes of a missing object").isZero();
      return;
    }
    throw new AssertionError("R5 a missing key was opened");
  }

  @Test
  @DisplayName("R9 each page of a listing is observed, as one request")
  public final void eachPageIsObserved() throws Exception {
    ReplicaStore store = store(requests);
    writeAll(store, List.of("a/1", "a/2", "b/1"));
    requests.clear();
    store.list(ListRequest.below("").atMost(1));
    store.list(ListRequest.childrenOf(""));
    store.list(ListRequest.below("missing/"));
    assertThat(requests.of(Operation.LIST)).as("R9 LIST requests for three pages").hasSize(3);
    assertThat(requests.all()).as("R9 requests for three pages").hasSize(3);
    assertPlausible();
  }

  @Test
  @DisplayName("R9 a delete is observed")
  public final void deleteIsObserved() throws IOException {
    ReplicaStore store = store(requests);
    write(store, KEY);
    requests.clear();
    store.delete(List.of(KEY));
    assertObserved(Operation.DELETE, 0);
  }

  @Test
  @DisplayName("R9 nothing is observed where no request is made")
  public final void nothingIsObservedWithoutARequest() throws IOException {
    store(requests).close();
    assertThat(requests.all()).as("R9 requests of a store that is opened and closed").isEmpty();
  }

  private void assertObserved(Operation operation, long bytes) {
    assertThat(requests.of(operation)).as("R9 %s requests", operation).isNotEmpty();
    assertThat(requests.bytes(operation)).as("R9 bytes of %s requests", operation).isEqualTo(bytes);
    assertPlausible();
  }

  private void assertPlausible() {
    assertThat(requests.all())
        .as("R9 requests of a store that works have not failed")
        .noneMatch(Request::failed);
    assertThat(requests.all())
        .as("R9 no request took a negative time")
        .noneMatch(request -> request.elapsed().isNegative());
  }
}
