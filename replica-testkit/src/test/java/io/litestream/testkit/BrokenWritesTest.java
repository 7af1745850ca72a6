package io.litestream.testkit;

import io.litestream.spi.ObjectWriter;
import io.litestream.spi.ReplicaStore;
import io.litestream.spi.RequestObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** R1, R2, R3, R5: what a store can do wrong with the bytes is found. */
class BrokenWritesTest {

  @Test
  void lastByteLostBeyondAPart() {
    ContractRun.of(
            ContractRun.Write.class,
            BrokenStore.of(
                memory ->
                    new ForwardingStore(memory) {
                      @Override
                      public InputStream open(String key) throws IOException {
                        byte[] bytes = store.open(key).readAllBytes();
                        return bytes.length <= 5 << 20
                            ? new ByteArrayInputStream(bytes)
                            : new ByteArrayInputStream(bytes, 0, bytes.length - 1);
                      }
                    }))
        .assertFailsOnly("R1", "oneByteBeyondAPartReadsBack", "fiftyMegabytesReadBack");
  }

  @Test
  void emptyObjectNotWritten() {
    ContractRun.of(
            ContractRun.Write.class,
            BrokenStore.of(
                memory ->
                    new ForwardingStore(memory) {
                      @Override
                      public ObjectWriter create(String key) throws IOException {
                        return new ForwardingWriter(store.create(key)) {
                          @Override
                          public void commit() throws IOException {
                            super.commit();
                            if (written.size() == 0) {
                              store.put(key, new byte[] {0});
                            }
                          }
                        };
                      }
                    }))
        .assertFailsOnly("R1", "emptyObjectIsAnObject");
  }

  @Test
  void bufferKeptUntilTheCommit() {
    ContractRun.of(
            ContractRun.Write.class,
            BrokenStore.of(
                memory ->
                    new ForwardingStore(memory) {
                      @Override
                      public ObjectWriter create(String key) throws IOException {
                        return new BufferKeepingWriter(store.create(key));
                      }
                    }))
        .assertFailsOnly("R1", "writerCopiesTheNamedPartOfABuffer");
  }

  private static final class BufferKeepingWriter extends ForwardingWriter {
    private byte[] kept = new byte[0];
    private int offset;
    private int length;

    BufferKeepingWriter(ObjectWriter writer) {
      super(writer);
    }

    @Override
    public void write(byte[] buffer, int from, int count) throws IOException {
      if (committed || count > 100) {
        super.write(buffer, from, count);
        return;
      }
      writer.write(kept, offset, length);
      kept = buffer;
      offset = from;
      length = count;
    }

    @Override
    public void commit() throws IOException {
      writer.write(kept, offset, length);
      super.commit();
    }
  }

  @Test
  void flushMakesTheObjectVisible() {
    ContractRun.of(
            ContractRun.Write.class,
            BrokenStore.of(
                memory ->
                    new ForwardingStore(memory) {
                      @Override
                      public ObjectWriter create(String key) throws IOException {
                        return new ForwardingWriter(store.create(key)) {
                          @Override
                          public void flush() {
                            store.put(key, written.toByteArray());
                          }
                        };
                      }
                    }))
        .assertFailsOnly("R2", "objectIsInvisibleUntilItsCommit", "oldBytesStayUntilTheCommit");
  }

  @Test
  void overwriteInTwoSteps() {
    ContractRun.of(
            ContractRun.Concurrency.class,
            BrokenStore.of(
                memory ->
                    new ForwardingStore(memory) {
                      @Override
                      public ObjectWriter create(String key) throws IOException {
                        return new ForwardingWriter(store.create(key)) {
                          @Override
                          public void commit() throws IOException {
                            putMixture(store, key, written.toByteArray());
                            super.commit();
                          }
                        };
                      }
                    }))
        .assertFailsOnly("R2", "overwriteIsAtomicForReaders");
  }

  /** Shows a mixture of old and new bytes until somebody has read it. */
  private static void putMixture(InMemoryStore store, String key, byte[] bytes) {
    Optional<byte[]> old = store.bytes(key);
    if (old.isEmpty()) {
      return;
    }
    byte[] mixture = Arrays.copyOf(old.get(), bytes.length);
    System.arraycopy(bytes, 0, mixture, 0, bytes.length / 2);
    store.put(key, mixture);
    long reads = store.requests(StoreOperation.OPEN) + 2; // one may have begun before
    long deadline = System.nanoTime() + Duration.ofSeconds(1).toNanos();
    while (store.requests(StoreOperation.OPEN) < reads && System.nanoTime() < deadline) {
      LockSupport.parkNanos(100_000); // leaves the processor to those who read
    }
  }

  @Test
  void abandonedWriterCommits() {
    ContractRun.of(
            ContractRun.Abandon.class,
            BrokenStore.of(
                memory ->
                    new ForwardingStore(memory) {
                      @Override
                      public ObjectWriter create(String key) throws IOException {
                        return new ForwardingWriter(store.create(key)) {
                          @Override
                          public void close() throws IOException {
                            if (!committed && written.size() > 5 << 20) {
                              store.put(key, written.toByteArray());
                            }
                            super.close();
                          }
                        };
                      }
                    }))
        .assertFailsOnly(
            "R3",
            "writerAbandonedAfterSeveralPartsLeavesNoObject",
            "abandonedOverwriteLeavesTheOldBytes",
            "failedCommitLeavesTheKeyAsItWas",
            "writerIsAbandonedWhenItsStoreCloses");
  }

  @Test
  void abandonedOverwriteRemovesTheOldObject() {
    ContractRun.of(
            ContractRun.Abandon.class,
            BrokenStore.of(
                memory ->
                    new ForwardingStore(memory) {
                      @Override
                      public ObjectWriter create(String key) throws IOException {
                        return new ForwardingWriter(store.create(key)) {
                          private boolean closed;

                          @Override
                          public void close() throws IOException {
                            if (!committed && !closed) {
                              store.remove(key);
                            }
                            closed = true;
                            super.close();
                          }
                        };
                      }
                    }))
        .assertFailsOnly("R3", "abandonedOverwriteLeavesTheOldBytes");
  }

  @Test
  void abandonedWriterLeavesAnUpload() {
    ContractRun.of(ContractRun.Abandon.class, LeavingUploads::new)
        .assertFailsOnly(
            "R3",
            "abandonedWriterLeavesNothingBehind",
            "failedCommitLeavesTheKeyAsItWas",
            "writerIsAbandonedWhenItsStoreCloses");
  }

  private static final class LeavingUploads extends InMemoryUnderTest {
    private final List<String> uploads = new ArrayList<>();

    @Override
    public ReplicaStore open(RequestObserver observer) {
      return new ForwardingStore(store.reopen(observer)) {
        @Override
        public ObjectWriter create(String key) throws IOException {
          return new ForwardingWriter(store.create(key)) {
            @Override
            public void close() throws IOException {
              if (!committed) {
                uploads.add("upload of " + key);
              }
              super.close();
            }
          };
        }
      };
    }

    @Override
    public Set<Capability> capabilities() {
      return EnumSet.complementOf(EnumSet.of(Capability.HAS_SECRETS));
    }

    @Override
    public Collection<String> leftovers() {
      return uploads;
    }
  }

  @Test
  void missingObjectReadsAsEmpty() {
    ContractRun.of(
            ContractRun.Read.class,
            BrokenStore.of(
                memory ->
                    new ForwardingStore(memory) {
                      @Override
                      public InputStream open(String key) throws IOException {
                        return store.bytes(key).isPresent()
                            ? store.open(key)
                            : InputStream.nullInputStream();
                      }
                    }))
        .assertFailsOnly(
            "R5", "missingKeyIsNoSuchObject", "prefixIsNoObject", "deletedObjectIsNotThere");
  }
}
