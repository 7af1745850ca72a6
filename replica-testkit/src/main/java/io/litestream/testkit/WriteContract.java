package io.litestream.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream.spi.ListRequest;
import io.litestream.spi.ObjectWriter;
import io.litestream.spi.ReplicaStore;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** R1, R2: objects read back as written, and appear in one step. */
public abstract class WriteContract extends StoreContract {

  private static final String KEY = "wal/00000001_00000000.wal.lz4";

  @Test
  @DisplayName("R1 an object of no bytes is an object")
  public final void emptyObjectIsAnObject() throws IOException {
    ReplicaStore store = store();
    write(store, KEY, new byte[0]);
    assertThat(read(store, KEY)).as("R1 bytes of an empty object").isEmpty();
    assertThat(keys(store.list(ListRequest.below("")))).as("R1 keys").containsExactly(KEY);
  }

  @Test
  @DisplayName("R1 an object of one byte reads back as written")
  public final void oneByteReadsBack() throws IOException {
    ReplicaStore store = store();
    write(store, KEY, new byte[] {(byte) 0x80});
    assertThat(read(store, KEY)).as("R1 bytes read back").containsExactly(0x80);
  }

  @Test
  @DisplayName("R1 every byte value, written singly, reads back as written")
  public final void everyByteValueReadsBack() throws IOException {
    ReplicaStore store = store();
    byte[] expected = new byte[256];
    try (ObjectWriter writer = store.create(KEY)) {
      for (int i = 0; i < 256; i++) {
        writer.write(i | 0x700); // the upper 24 bits are ignored, as OutputStream has it
        expected[i] = (byte) i;
      }
      writer.commit();
    }
    assertThat(read(store, KEY)).as("R1 bytes read back").isEqualTo(expected);
  }

  @Test
  @DisplayName("R1 a writer takes the named part of a buffer, and does not keep the buffer")
  public final void writerCopiesTheNamedPartOfABuffer() throws IOException {
    ReplicaStore store = store();
    byte[] buffer = bytes("..first..");
    try (ObjectWriter writer = store.create(KEY)) {
      writer.write(buffer, 2, 5);
      Arrays.fill(buffer, (byte) '-');
      writer.write(buffer, 0, 0);
      writer.write(buffer, 8, 1);
      writer.commit();
    }
    assertThat(read(store, KEY)).as("R1 bytes read back").isEqualTo(bytes("first-"));
  }

  @Test
  @DisplayName("R1 an object one byte short of a part reads back as written")
  public final void oneByteShortOfAPartReadsBack() throws IOException {
    assertReadsBack(partSize() - 1L);
  }

  @Test
  @DisplayName("R1 an object of exactly one part reads back as written")
  public final void exactlyOnePartReadsBack() throws IOException {
    assertReadsBack(partSize());
  }

  @Test
  @DisplayName("R1 an object one byte beyond a part reads back as written")
  public final void oneByteBeyondAPartReadsBack() throws IOException {
    assertReadsBack(partSize() + 1L);
  }

  @Test
  @DisplayName("R1 an object of 50 MB reads back as written")
  public final void fiftyMegabytesReadBack() throws IOException {
    assertReadsBack(50_000_000);
  }

  private void assertReadsBack(long length) throws IOException {
    ReplicaStore store = store();
    var pattern = new Pattern(length, length);
    pattern.write(store, KEY);
    pattern.assertReadFrom(store, KEY);
    assertThat(store.list(ListRequest.below("")).objects())
        .as("R4 the listing shows the size")
        .singleElement()
        .satisfies(info -> assertThat(info.size()).as("R4 size of %s", KEY).isEqualTo(length));
  }

  @Test
  @DisplayName("R2 an object is invisible until its commit")
  public final void objectIsInvisibleUntilItsCommit() throws IOException {
    ReplicaStore store = store();
    try (ObjectWriter writer = store.create(KEY)) {
      assertInvisible(store, "once its writer is open");
      writer.write(bytes("some"));
      writer.flush();
      assertInvisible(store, "after a flush");
      new Pattern(2, partSize() + 1L).writeTo(writer);
      assertInvisible(store, "after more than a part was written");
      writer.commit();
    }
    assertThat(exists(store, KEY)).as("R2 the object exists after the commit").isTrue();
  }

  private static void assertInvisible(ReplicaStore store, String when) throws IOException {
    assertThat(keys(store.list(ListRequest.below(""))))
        .as("R2 keys that are listed %s, before the commit", when)
        .isEmpty();
    assertThat(exists(store, KEY))
        .as("R2 the object can be opened %s, before the commit", when)
        .isFalse();
  }

  @Test
  @DisplayName("R2 the old bytes stay readable until the commit that replaces them")
  public final void oldBytesStayUntilTheCommit() throws IOException {
    ReplicaStore store = store();
    write(store, KEY, bytes("the old and longer bytes"));
    try (ObjectWriter writer = store.create(KEY)) {
      writer.write(bytes("the new"));
      writer.flush();
      assertThat(read(store, KEY))
          .as("R2 bytes read before the commit")
          .isEqualTo(bytes("the old and longer bytes"));
      writer.commit();
    }
    assertThat(read(store, KEY)).as("R2 bytes after the commit").isEqualTo(bytes("the new"));
    assertThat(keys(store.list(ListRequest.below("")))).as("R2 keys").containsExactly(KEY);
  }

  @Test
  @DisplayName("R2 a committed object is seen by a store opened later")
  public final void committedObjectIsSeenByALaterStore() throws IOException {
    try (ReplicaStore first = store()) {
      write(first, KEY, bytes("kept"));
    }
    assertThat(read(store(), KEY)).as("R2 bytes read later").isEqualTo(bytes("kept"));
  }

  @Test
  @DisplayName("R2 of two writers of one key, the last commit counts, whole")
  public final void lastCommitCounts() throws IOException {
    ReplicaStore store = store();
    try (ObjectWriter first = store.create(KEY);
        ObjectWriter second = store.create(KEY)) {
      first.write(bytes("first"));
      second.write(bytes("second writer"));
      second.commit();
      first.commit();
    }
    assertThat(read(store, KEY)).as("R2 bytes after both commits").isEqualTo(bytes("first"));
  }

  @Test
  @DisplayName("R2 a writer takes nothing after its commit, and closing it again does nothing")
  public final void writerIsDoneAfterItsCommit() throws IOException {
    ReplicaStore store = store();
    ObjectWriter writer = store.create(KEY);
    writer.write(bytes("all"));
    writer.commit();
    for (ThrowingWrite late :
        List.<ThrowingWrite>of(() -> writer.write(bytes("more")), () -> writer.write(1))) {
      assertThatThrownBy(late::run, "R2 a write after the commit is refused")
          .isInstanceOfAny(IOException.class, IllegalStateException.class);
    }
    writer.close();
    writer.close();
    assertThat(read(store, KEY)).as("R2 bytes after all").isEqualTo(bytes("all"));
  }

  private interface ThrowingWrite {
    void run() throws IOException;
  }
}
