package io.litestream.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream.spi.ReplicaException.Kind;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ResumedInputStreamTest {

  private static final int MIB = 1 << 20;

  /** How an answer ended: how much of it had been read, and whether its connection broke. */
  private record End(long bytes, boolean failed) {}

  /** A store whose every answer breaks after so many bytes. */
  private static final class Breaking implements ResumedInputStream.Source {

    final byte[] object;
    final int breaksAfter;
    final List<Long> requests = new ArrayList<>();
    final List<End> ends = new ArrayList<>();
    boolean endsEarly;
    boolean usable = true;

    Breaking(int length, int breaksAfter) {
      object = new byte[length];
      new Random(length).nextBytes(object);
      this.breaksAfter = breaksAfter;
    }

    @Override
    public ResumedInputStream.Answer request(long from) throws ReplicaException {
      requests.add(from);
      byte[] rest = Arrays.copyOfRange(object, (int) from, object.length);
      InputStream arrives = new ByteArrayInputStream(rest, 0, Math.min(rest.length, breaksAfter));
      InputStream body =
          rest.length <= breaksAfter || endsEarly
              ? arrives
              : new SequenceInputStream(arrives, new BrokenStream());
      return new ResumedInputStream.Answer() {
        @Override
        public InputStream body() {
          return body;
        }

        @Override
        public void end(long bytes, boolean failed) {
          ends.add(new End(bytes, failed));
        }
      };
    }

    @Override
    public void requireUsable() throws ReplicaException {
      if (!usable) {
        throw new ReplicaException(Kind.UNAVAILABLE, "read", "k", null, "closed", null);
      }
    }

    @Override
    public ReplicaException broken(Exception e) {
      return new ReplicaException(Kind.UNAVAILABLE, "read", "k", null, "it broke: " + e, e);
    }

    ResumedInputStream open(int mostBreaks) throws ReplicaException {
      return new ResumedInputStream("k", object.length, mostBreaks, this, request(0));
    }
  }

  private static final class BrokenStream extends InputStream {
    @Override
    public int read() throws IOException {
      throw new IOException("reset");
    }

    @Override
    public int read(byte[] bytes, int offset, int wanted) throws IOException {
      throw new IOException("reset");
    }
  }

  @Test
  void goesOnWhereTheConnectionBroke() throws IOException {
    var store = new Breaking(5 * MIB / 2, MIB);
    try (InputStream in = store.open(1)) {
      assertThat(in.readAllBytes()).isEqualTo(store.object);
      assertThat(in.read()).isEqualTo(-1);
    }
    assertThat(store.requests).containsExactly(0L, (long) MIB, 2L * MIB);
    assertThat(store.ends)
        .containsExactly(new End(MIB, true), new End(MIB, true), new End(MIB / 2, false));
  }

  @Test
  void takesAnEarlyEndForABreak() throws IOException {
    var store = new Breaking(3 * MIB, MIB);
    store.endsEarly = true;
    try (InputStream in = store.open(1)) {
      assertThat(in.readAllBytes()).isEqualTo(store.object);
    }
    assertThat(store.requests).hasSize(3);
  }

  @Test
  void givesUpConnectionsThatBringTooLittle() throws IOException {
    var store = new Breaking(MIB, 100);
    try (InputStream in = store.open(3)) {
      assertThatThrownBy(in::readAllBytes)
          .isInstanceOf(ReplicaException.class)
          .hasMessageContaining("it broke");
      assertThatThrownBy(in::read).hasMessageContaining("the stream has been closed");
    }
    assertThat(store.requests).containsExactly(0L, 100L, 200L, 300L);
    assertThat(store.ends).hasSize(4).containsOnly(new End(100, true));
  }

  @Test
  void doesNotGoOnInAnInterruptedThread() throws IOException {
    var store = new Breaking(MIB, 100);
    try (InputStream in = store.open(3)) {
      assertThat(in.readNBytes(100)).hasSize(100);
      Thread.currentThread().interrupt();
      assertThatThrownBy(in::read).hasMessageContaining("it broke");
      assertThat(Thread.interrupted()).isTrue();
    }
    assertThat(store.requests).containsExactly(0L);
    assertThat(store.ends).containsExactly(new End(100, true));
  }

  @Test
  void endsWithTheStoreAndIsClosedOnce() throws IOException {
    var store = new Breaking(100, 100);
    InputStream in = store.open(1);
    assertThat(in.read()).isEqualTo(store.object[0] & 0xff);
    store.usable = false;
    assertThatThrownBy(in::read).hasMessageContaining("closed");
    in.close();
    in.close();
    assertThat(store.ends).containsExactly(new End(1, false));
  }
}
