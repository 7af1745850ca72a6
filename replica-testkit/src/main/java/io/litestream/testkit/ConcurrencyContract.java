package io.litestream.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream.spi.DeleteReport;
import io.litestream.spi.ListRequest;
import io.litestream.spi.ReplicaStore;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** R2, R8: many threads on one store. */
public abstract class ConcurrencyContract extends StoreContract {

  private static final int ROUNDS = 60;

  @Test
  @DisplayName("R2 a reader during overwrites gets the old bytes or the new ones, never a mixture")
  public final void overwriteIsAtomicForReaders() throws Exception {
    ReplicaStore store = store();
    write(store, "k", uniform(0));
    var done = new AtomicBoolean();
    InParallel.run(
        List.of(
            () -> {
              try {
                for (int i = 1; i <= ROUNDS; i++) {
                  write(store, "k", uniform(i));
                }
              } finally {
                done.set(true);
              }
            },
            () -> assertUniformUntil(done, store),
            () -> assertUniformUntil(done, store)));
    assertThat(read(store, "k")).as("R2 bytes of the last overwrite").isEqualTo(uniform(ROUNDS));
  }

  private static void assertUniformUntil(AtomicBoolean done, ReplicaStore store)
      throws IOException {
    while (!done.get()) {
      byte[] bytes = read(store, "k");
      assertThat(bytes).as("R2 bytes read during overwrites").isNotEmpty();
      assertThat(Arrays.equals(bytes, uniform(bytes[0])))
          .as("R2 the %d bytes read during overwrites are of one write", bytes.length)
          .isTrue();
    }
  }

  /** Value and length both follow from the number, so a mixture of two does not pass for one. */
  private static byte[] uniform(int number) {
    byte[] bytes = new byte[70_000 + number * 100];
    Arrays.fill(bytes, (byte) number);
    return bytes;
  }

  @Test
  @DisplayName("R8 threads write, read and list on one store without disturbing each other")
  public final void threadsShareAStore() throws Exception {
    ReplicaStore store = store();
    List<InParallel.Task> tasks =
        IntStream.range(0, 8)
            .<InParallel.Task>mapToObj(
                thread ->
                    () -> {
                      for (int i = 0; i < 15; i++) {
                        String key = "t" + thread + "/" + (char) ('a' + i);
                        write(store, key);
                        assertThat(read(store, key))
                            .as("R8 bytes of %s", key)
                            .isEqualTo(bytes("the bytes of " + key));
                        assertThat(keys(store.list(ListRequest.below("t" + thread + "/"))))
                            .as("R8 keys of thread %d", thread)
                            .hasSize(i + 1);
                      }
                    })
            .toList();
    InParallel.run(tasks);
    assertThat(allKeys(store, ListRequest.below(""))).as("R8 keys of all threads").hasSize(8 * 15);
  }

  @Test
  @DisplayName("R8 a create succeeds while the last other object of its prefix is deleted")
  public final void createSucceedsWhileItsPrefixEmpties() throws Exception {
    ReplicaStore store = store();
    InParallel.run(
        List.of(
            () -> writeAndDelete(store, "p/q/a"),
            () -> writeAndDelete(store, "p/q/b"),
            () -> writeAndDelete(store, "p/c")));
    assertThat(allKeys(store, ListRequest.below(""))).as("R8 keys left").isEmpty();
  }

  private static void writeAndDelete(ReplicaStore store, String key) throws IOException {
    for (int i = 0; i < ROUNDS; i++) {
      write(store, key);
      assertThat(exists(store, key)).as("R8 %s exists after its commit", key).isTrue();
      DeleteReport report = store.delete(List.of(key));
      assertThat(report.failed()).as("R6 keys that were not deleted").isEmpty();
    }
  }

  @Test
  @DisplayName("R4 a listing during writes and deletes shows every object that stays, in order")
  public final void listingDuringChangesShowsWhatStays() throws Exception {
    ReplicaStore store = store();
    List<String> staying = List.of("a/1", "b/1", "b/2", "c/d/1");
    writeAll(store, staying);
    var done = new AtomicBoolean();
    InParallel.run(
        List.of(
            () -> {
              try {
                writeAndDelete(store, "b/1x/y");
                writeAndDelete(store, "c/d0");
              } finally {
                done.set(true);
              }
            },
            () -> {
              while (!done.get()) {
                List<String> listed = allKeys(store, ListRequest.below("").atMost(2));
                assertThat(listed).as("R4 keys during changes").containsAll(staying);
                assertThat(listed).as("R4 keys during changes").isSorted();
                assertThat(listed).as("R4 keys during changes").doesNotHaveDuplicates();
              }
            }));
  }

  @Test
  @DisplayName("R6 two threads that delete the same keys both report them all as deleted")
  public final void concurrentDeletesBothReportAll() throws Exception {
    ReplicaStore store = store();
    List<String> keys = IntStream.range(0, 60).mapToObj(i -> "d/" + i % 7 + "/" + i).toList();
    writeAll(store, keys);
    Queue<DeleteReport> reports = new ConcurrentLinkedQueue<>();
    InParallel.run(Collections.nCopies(2, () -> reports.add(store.delete(keys))));
    assertThat(reports).hasSize(2);
    for (DeleteReport report : reports) {
      assertThat(report.failed()).as("R6 keys that were not deleted").isEmpty();
      assertThat(report.deleted()).as("R6 deleted").containsExactlyInAnyOrderElementsOf(keys);
    }
    assertThat(allKeys(store, ListRequest.below(""))).as("R6 keys left").isEmpty();
  }
}
