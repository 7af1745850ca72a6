package io.litestream.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream.spi.NoSuchObjectException;
import io.litestream.spi.ReplicaException.Kind;
import io.litestream.spi.ReplicaStore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** R1, R2, R5: what a stream gives, and what is not there. */
public abstract class ReadContract extends StoreContract {

  private static final String KEY = "wal/00000001_00000000.wal.lz4";

  @Test
  @DisplayName("R5 opening a missing key fails with NoSuchObjectException, which names it")
  public final void missingKeyIsNoSuchObject() throws IOException {
    ReplicaStore store = store();
    write(store, "wal/other");
    for (String missing : List.of("wal/missing", "nowhere/at/all", "wal/other2", "wa")) {
      assertThatThrownBy(() -> store.open(missing), "R5 opening the missing key %s", missing)
          .isInstanceOfSatisfying(
              NoSuchObjectException.class,
              e -> {
                assertThat(e.kind()).as("R7 kind").isEqualTo(Kind.NOT_FOUND);
                assertThat(e.key()).as("R7 key").contains(missing);
              })
          .hasMessageContaining(missing);
    }
  }

  @Test
  @DisplayName("R5 a prefix of keys is no object")
  public final void prefixIsNoObject() throws IOException {
    ReplicaStore store = store();
    write(store, "generations/4c994ccc40a5ba03/wal/1");
    for (String prefix : List.of("generations", "generations/4c994ccc40a5ba03")) {
      assertThatThrownBy(
              () -> store.open(prefix), "R5 opening %s, of which only longer keys exist", prefix)
          .isInstanceOf(NoSuchObjectException.class);
    }
  }

  @Test
  @DisplayName("R5 a deleted object is not there any more")
  public final void deletedObjectIsNotThere() throws IOException {
    ReplicaStore store = store();
    write(store, KEY);
    store.delete(List.of(KEY));
    assertThatThrownBy(() -> store.open(KEY), "R5 opening a deleted object")
        .isInstanceOf(NoSuchObjectException.class);
  }

  @Test
  @DisplayName("R1 single bytes come as 0 to 255, and the end as -1 however often it is asked for")
  public final void singleBytesAreUnsignedAndTheEndStays() throws IOException {
    ReplicaStore store = store();
    write(store, KEY, new byte[] {(byte) 0xff, 0, 0x7f});
    try (InputStream in = store.open(KEY)) {
      assertThat(List.of(in.read(), in.read(), in.read(), in.read(), in.read()))
          .as("R1 single bytes read")
          .containsExactly(0xff, 0, 0x7f, -1, -1);
      assertThat(in.read(new byte[4])).as("R1 reading on at the end").isEqualTo(-1);
    }
  }

  @Test
  @DisplayName("R1 bytes are the same whatever the size of the reads")
  public final void bytesDoNotDependOnTheSizeOfReads() throws IOException {
    ReplicaStore store = store();
    byte[] written = bytes("0123456789".repeat(5_000));
    write(store, KEY, written);
    try (InputStream in = store.open(KEY)) {
      var collected = new ByteArrayOutputStream();
      byte[] buffer = new byte[4099];
      int read = in.read(buffer, 1, 1);
      while (read >= 0) {
        collected.write(buffer, 1, read);
        read = in.read(buffer, 1, collected.size() % (buffer.length - 1) + 1);
      }
      assertThat(collected.toByteArray()).as("R1 bytes read in odd pieces").isEqualTo(written);
    }
    try (InputStream in = store.open(KEY)) {
      in.skipNBytes(49_990);
      assertThat(in.readAllBytes()).as("R1 bytes after a skip").isEqualTo(bytes("0123456789"));
    }
  }

  @Test
  @DisplayName("R1 streams of one object are independent, and may be closed early and twice")
  public final void streamsAreIndependent() throws IOException {
    ReplicaStore store = store();
    write(store, KEY, bytes("shared"));
    try (InputStream first = store.open(KEY)) {
      first.read();
      InputStream second = store.open(KEY);
      assertThat(second.read()).as("R1 first byte of the second stream").isEqualTo('s');
      second.close();
      second.close();
      assertThat(first.readAllBytes()).as("R1 rest of the first").isEqualTo(bytes("hared"));
    }
  }

  @Test
  @DisplayName("R2 a stream opened before an overwrite gives the old bytes to their end")
  public final void streamSurvivesAnOverwrite() throws IOException {
    ReplicaStore store = store();
    byte[] old = bytes("old ".repeat(50_000));
    write(store, KEY, old);
    try (InputStream in = store.open(KEY)) {
      var collected = new ByteArrayOutputStream();
      collected.write(in.read());
      write(store, KEY, bytes("new"));
      in.transferTo(collected);
      assertThat(collected.toByteArray()).as("R2 bytes of the older stream").isEqualTo(old);
    }
    assertThat(read(store, KEY)).as("R2 bytes of a newer stream").isEqualTo(bytes("new"));
  }

  @Test
  @DisplayName(
      "R2 a stream whose object is deleted gives all its bytes, or fails; never an early end")
  public final void streamOfADeletedObjectDoesNotEndEarly() throws IOException {
    ReplicaStore store = store();
    byte[] written = bytes("gone ".repeat(50_000));
    write(store, KEY, written);
    try (InputStream in = store.open(KEY)) {
      var collected = new ByteArrayOutputStream();
      collected.write(in.read());
      store.delete(List.of(KEY));
      try {
        in.transferTo(collected);
      } catch (IOException allowed) {
        return;
      }
      assertThat(collected.toByteArray()).as("R2 bytes read").isEqualTo(written);
    }
  }
}
