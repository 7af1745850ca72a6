package io.litestream.testkit;

import static io.litestream.testkit.Capability.FAILS_COMMITS;
import static io.litestream.testkit.Capability.SHOWS_LEFTOVERS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream.spi.ListRequest;
import io.litestream.spi.ObjectWriter;
import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaStore;
import java.io.IOException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** R3: a writer without a commit leaves no trace. */
public abstract class AbandonContract extends StoreContract {

  private static final String KEY = "snapshots/00000000.snapshot.lz4";

  @Test
  @DisplayName("R3 an abandoned writer leaves no object")
  public final void abandonedWriterLeavesNoObject() throws IOException {
    ReplicaStore store = store();
    abandon(store, 100);
    assertAbsent(store);
  }

  @Test
  @DisplayName("R3 a writer abandoned after several parts leaves no object")
  public final void writerAbandonedAfterSeveralPartsLeavesNoObject() throws IOException {
    ReplicaStore store = store();
    abandon(store, 2L * partSize() + 1);
    assertAbsent(store);
  }

  @Test
  @DisplayName("R3 an abandoned overwrite leaves the old bytes")
  public final void abandonedOverwriteLeavesTheOldBytes() throws IOException {
    ReplicaStore store = store();
    write(store, KEY, bytes("old"));
    abandon(store, partSize() + 1L);
    assertThat(read(store, KEY))
        .as("R3 bytes after an abandoned overwrite")
        .isEqualTo(bytes("old"));
  }

  @Test
  @DisplayName("R3 an abandoned writer leaves nothing that takes up space")
  public final void abandonedWriterLeavesNothingBehind() throws IOException {
    require(SHOWS_LEFTOVERS);
    ReplicaStore store = store();
    abandon(store, 0);
    abandon(store, 100);
    abandon(store, 2L * partSize() + 1);
    assertNoLeftovers("R3 left behind by abandoned writers");
  }

  @Test
  @DisplayName("R3 a committed writer leaves nothing beside its object")
  public final void committedWriterLeavesNothingBesideItsObject() throws IOException {
    require(SHOWS_LEFTOVERS);
    new Pattern(1, partSize() + 1L).write(store(), KEY);
    assertNoLeftovers("R3 left behind by a commit");
  }

  @Test
  @DisplayName("R3 a failed commit leaves the key as it was, and nothing behind")
  public final void failedCommitLeavesTheKeyAsItWas() throws IOException {
    require(FAILS_COMMITS);
    ReplicaStore store = store();
    underTest().makeUncommittable(KEY);
    assertThatThrownBy(
            () -> new Pattern(1, 100).write(store, KEY),
            "R7 the failure of a write that cannot be committed")
        .isInstanceOf(ReplicaException.class)
        .hasMessageContaining(KEY);
    assertThatThrownBy(
            () -> new Pattern(1, partSize() + 1L).write(store, KEY),
            "R7 the failure of a write in parts that cannot be committed")
        .isInstanceOf(ReplicaException.class);
    assertAbsent(store);
    if (has(SHOWS_LEFTOVERS)) {
      assertNoLeftovers("R3 left behind by failed commits");
    }
  }

  @Test
  @DisplayName("R3 a writer that is open when its store closes is abandoned")
  public final void writerIsAbandonedWhenItsStoreCloses() throws IOException {
    ReplicaStore store = store();
    try (ObjectWriter writer = store.create(KEY)) {
      new Pattern(1, partSize() + 1L).writeTo(writer);
      store.close();
      assertThatThrownBy(writer::commit, "R8 a commit after the store was closed")
          .isInstanceOf(ReplicaException.class);
    }
    assertAbsent(store());
    if (has(SHOWS_LEFTOVERS)) {
      assertNoLeftovers("R3 left behind by a writer whose store was closed");
    }
  }

  @Test
  @DisplayName("R3 closing an abandoned writer again does nothing")
  public final void closingAgainDoesNothing() throws IOException {
    ReplicaStore store = store();
    ObjectWriter abandoned = store.create(KEY);
    abandoned.write(bytes("abandoned"));
    abandoned.close();
    write(store, KEY, bytes("written by another"));
    abandoned.close();
    assertThatThrownBy(abandoned::commit, "R3 the commit of an abandoned writer is refused")
        .isInstanceOfAny(IOException.class, IllegalStateException.class);
    assertThat(read(store, KEY))
        .as("R3 bytes after an abandoned writer was closed again")
        .isEqualTo(bytes("written by another"));
  }

  private static void abandon(ReplicaStore store, long length) throws IOException {
    try (ObjectWriter writer = store.create(KEY)) {
      new Pattern(3, length).writeTo(writer);
    }
  }

  private static void assertAbsent(ReplicaStore store) throws IOException {
    assertThat(exists(store, KEY)).as("R3 the object exists without a commit").isFalse();
    assertThat(keys(store.list(ListRequest.below(""))))
        .as("R3 keys that are listed without a commit")
        .isEmpty();
    assertThat(store.list(ListRequest.childrenOf("")).commonPrefixes())
        .as("R3 prefixes that are listed without a commit")
        .isEmpty();
  }
}
