package io.litestream.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream.spi.ExclusiveWrites;
import io.litestream.spi.ReplicaStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** R11, for stores that offer it: of several who write at once, one gets through. */
public abstract class ExclusionContract extends StoreContract {

  private static final int WRITERS = 8;
  private static final int ROUNDS = 10;

  private static ExclusiveWrites writes(ReplicaStore store) {
    assertThat(store.exclusiveWrites()).as("R11 is offered").isPresent();
    return store.exclusiveWrites().orElseThrow();
  }

  @Test
  @DisplayName("R11 an object that is not there is written, with its bytes")
  public final void writesWhatIsAbsent() throws IOException {
    ReplicaStore store = store();

    assertThat(writes(store).createIfAbsent("lease/1", bytes("first"))).as("R11 written").isTrue();
    assertThat(read(store, "lease/1")).as("R11 bytes").isEqualTo(bytes("first"));
    assertThat(writes(store).createIfAbsent("lease/empty", new byte[0])).isTrue();
    assertThat(read(store, "lease/empty")).as("R11 no bytes").isEmpty();
  }

  @Test
  @DisplayName("R11 an object that is there stays as it is, whoever wrote it")
  public final void leavesWhatIsPresent() throws IOException {
    ReplicaStore store = store();
    write(store, "lease/plain", bytes("plain"));
    writes(store).createIfAbsent("lease/1", bytes("first"));

    for (String key : List.of("lease/plain", "lease/1")) {
      byte[] before = read(store, key);
      assertThat(writes(store()).createIfAbsent(key, bytes("second"))).as("R11 " + key).isFalse();
      assertThat(read(store, key)).as("R11 bytes of " + key).isEqualTo(before);
    }
  }

  @Test
  @DisplayName("R11 a name is free again once its object was deleted")
  public final void deletedNamesAreFree() throws IOException {
    ReplicaStore store = store();
    writes(store).createIfAbsent("lease/1", bytes("first"));
    store.delete(List.of("lease/1"));

    assertThat(writes(store).createIfAbsent("lease/1", bytes("second"))).as("R11 again").isTrue();
    assertThat(read(store, "lease/1")).as("R11 bytes").isEqualTo(bytes("second"));
  }

  @Test
  @DisplayName("R11 of those who come at once, one writes, and its bytes are there")
  public final void oneOfManyWrites() throws Exception {
    List<ReplicaStore> stores = new ArrayList<>();
    for (int i = 0; i < WRITERS; i++) {
      stores.add(store());
    }
    for (int round = 0; round < ROUNDS; round++) {
      String key = "lease/" + round;
      List<String> winners = Collections.synchronizedList(new ArrayList<>());
      List<InParallel.Task> tasks = new ArrayList<>();
      for (int i = 0; i < WRITERS; i++) {
        ReplicaStore store = stores.get(i);
        String name = "writer " + i;
        tasks.add(
            () -> {
              if (writes(store).createIfAbsent(key, bytes(name))) {
                winners.add(name);
              }
            });
      }
      InParallel.run(tasks);
      assertThat(winners).as("R11 writers of " + key).hasSize(1);
      assertThat(read(stores.get(0), key)).as("R11 bytes").isEqualTo(bytes(winners.get(0)));
    }
  }
}
