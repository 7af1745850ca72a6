package io.litestream.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream.spi.DeleteReport;
import io.litestream.spi.ListPage;
import io.litestream.spi.ListRequest;
import io.litestream.spi.ObjectWriter;
import io.litestream.spi.ReplicaException;
import io.litestream.spi.ReplicaException.Kind;
import io.litestream.spi.ReplicaStore;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** R3, R6, R8: what a store can do wrong with an interrupt while it waits is found. */
class BrokenUnderSilenceTest {

  private static ContractRun run(Function<InMemoryStore, ReplicaStore> wrapping) {
    return ContractRun.of(ContractRun.Silence.class, BrokenStore.of(wrapping));
  }

  @Test
  void interruptNotHeard() {
    run(memory ->
            new ForwardingStore(memory) {
              @Override
              public ListPage list(ListRequest request) throws IOException {
                var page = CompletableFuture.supplyAsync(() -> listed(request));
                while (true) {
                  try {
                    return page.get();
                  } catch (InterruptedException notHeard) {
                    // That is what is wrong here.
                  } catch (ExecutionException e) {
                    throw new IOException(e);
                  }
                }
              }

              private ListPage listed(ListRequest request) {
                try {
                  return store.list(request);
                } catch (IOException e) {
                  throw new AssertionError(e);
                }
              }
            })
        .assertFailsOnly("R8", "interruptEndsAListing");
  }

  @Test
  void interruptForgotten() {
    run(memory ->
            new ForwardingStore(memory) {
              @Override
              public ListPage list(ListRequest request) throws IOException {
                try {
                  return store.list(request);
                } catch (ReplicaException e) {
                  assertThat(Thread.interrupted()).isTrue();
                  throw e;
                }
              }
            })
        .assertFailsOnly("R8", "interruptEndsAListing");
  }

  @Test
  void interruptedListingTakenForAnEmptyOne() {
    run(memory ->
            new ForwardingStore(memory) {
              @Override
              public ListPage list(ListRequest request) {
                try {
                  return store.list(request);
                } catch (IOException e) {
                  return ListPage.EMPTY;
                }
              }
            })
        .assertFailsOnly("R8", "interruptEndsAListing");
  }

  /** What waits without hearing of an interrupt, as for a socket. */
  private static <T> T deaf(Supplier<T> wait) {
    CompletableFuture<T> answer = CompletableFuture.supplyAsync(wait);
    boolean interrupted = false;
    while (true) {
      try {
        return answer.get();
      } catch (InterruptedException e) {
        interrupted = true;
      } catch (ExecutionException e) {
        throw new AssertionError(e);
      } finally {
        if (interrupted) {
          Thread.currentThread().interrupt();
        }
      }
    }
  }

  @Test
  void interruptNotHeardInTheMiddleOfAnObject() {
    run(memory ->
            new ForwardingStore(memory) {
              @Override
              public InputStream open(String key) throws IOException {
                return new FilterInputStream(store.open(key)) {
                  @Override
                  public int read(byte[] buffer, int offset, int length) {
                    return deaf(() -> readNow(buffer, offset, length));
                  }

                  private int readNow(byte[] buffer, int offset, int length) {
                    try {
                      return in.read(buffer, offset, length);
                    } catch (IOException e) {
                      throw new AssertionError(e);
                    }
                  }
                };
              }
            })
        .assertFailsOnly("R8", "interruptEndsAReadInTheMiddle");
  }

  @Test
  void closingReadsTheRest() {
    run(memory ->
            new ForwardingStore(memory) {
              @Override
              public InputStream open(String key) throws IOException {
                return new FilterInputStream(store.open(key)) {
                  @Override
                  public void close() throws IOException {
                    CompletableFuture<Boolean> rest =
                        CompletableFuture.supplyAsync(() -> isReadToTheEnd(in));
                    try {
                      rest.get(6, TimeUnit.SECONDS);
                    } catch (TimeoutException e) {
                      // Longer than anybody should have to wait.
                    } catch (InterruptedException | ExecutionException e) {
                      throw new IOException(e);
                    }
                    super.close();
                  }
                };
              }

              private static boolean isReadToTheEnd(InputStream in) {
                try {
                  in.transferTo(OutputStream.nullOutputStream());
                  return true;
                } catch (IOException e) {
                  return false;
                }
              }
            })
        .assertFailsOnly("R8", "streamIsClosedInTheMiddle");
  }

  @Test
  void interruptedCommitLeavesAHalf() {
    run(memory ->
            new ForwardingStore(memory) {
              @Override
              public ObjectWriter create(String key) throws IOException {
                return new ForwardingWriter(store.create(key)) {
                  @Override
                  public void write(byte[] buffer, int offset, int length) throws IOException {
                    written.write(buffer, offset, length); // first: the other is interrupted
                    writer.write(buffer, offset, length);
                  }

                  @Override
                  public void close() throws IOException {
                    super.close();
                    if (!committed) {
                      store.put(key, new byte[written.size() / 2]);
                    }
                  }
                };
              }
            })
        .assertFailsOnly("R3", "interruptEndsACommit");
  }

  @Test
  void interruptedDeleteReportedAsDone() {
    run(memory ->
            new ForwardingStore(memory) {
              @Override
              public DeleteReport delete(Collection<String> keys) throws IOException {
                store.delete(keys);
                return new DeleteReport(List.copyOf(keys), List.of());
              }
            })
        .assertFailsOnly("R6", "interruptEndsADelete");
  }

  @Test
  void interruptedDeleteThrowsAwayItsReport() {
    run(memory ->
            new ForwardingStore(memory) {
              @Override
              public DeleteReport delete(Collection<String> keys) throws IOException {
                DeleteReport report = store.delete(keys);
                if (Thread.currentThread().isInterrupted()) {
                  throw new ReplicaException(
                      Kind.UNAVAILABLE, "delete", null, null, "the thread was interrupted", null);
                }
                return report;
              }
            })
        .assertFailsOnly("R6", "interruptEndsADelete");
  }
}
