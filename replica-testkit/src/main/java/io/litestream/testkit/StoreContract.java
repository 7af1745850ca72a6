package io.litestream.testkit;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.litestream.spi.ListPage;
import io.litestream.spi.ListRequest;
import io.litestream.spi.NoSuchObjectException;
import io.litestream.spi.ObjectInfo;
import io.litestream.spi.ObjectWriter;
import io.litestream.spi.ReplicaStore;
import io.litestream.spi.RequestObserver;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/**
 * What the contracts have in common: the store under test, and short words for working with it. An
 * adapter's tests extend the contracts, not this.
 */
@Timeout(120)
public abstract class StoreContract {

  private final Queue<ReplicaStore> opened = new ConcurrentLinkedQueue<>();
  private @Nullable StoreUnderTest underTest;

  StoreContract() {}

  /** What to test. Called once per test; the contract closes it. */
  protected abstract StoreUnderTest storeUnderTest() throws Exception;

  @BeforeEach
  final void begin() throws Exception {
    underTest = storeUnderTest();
  }

  @AfterEach
  final void end() throws IOException {
    for (ReplicaStore store : opened) {
      // Some have been closed by their test: R8 allows to close them again.
      assertThatCode(store::close).as("R8 closing a store").doesNotThrowAnyException();
    }
    underTest().close();
  }

  final StoreUnderTest underTest() {
    return requireNonNull(underTest, "no test has begun");
  }

  final int partSize() {
    return underTest().partSize();
  }

  final boolean has(Capability capability) {
    return underTest().capabilities().contains(capability);
  }

  final ReplicaStore store() throws IOException {
    return store(RequestObserver.NONE);
  }

  final ReplicaStore store(RequestObserver observer) throws IOException {
    ReplicaStore store = underTest().open(observer);
    opened.add(store);
    return store;
  }

  final void require(Capability capability) {
    assumeTrue(has(capability), capability.absence());
  }

  final void assertNoLeftovers(String rule) throws IOException {
    assertThat(underTest().leftovers()).as(rule).isEmpty();
  }

  static void write(ReplicaStore store, String key, byte[] bytes) throws IOException {
    try (ObjectWriter writer = store.create(key)) {
      writer.write(bytes);
      writer.commit();
    }
  }

  static void write(ReplicaStore store, String key) throws IOException {
    write(store, key, bytes("the bytes of " + key));
  }

  /** Writes objects whose bytes follow from their keys, several at a time: a disk is slow. */
  static void writeAll(ReplicaStore store, Collection<String> keys) throws Exception {
    InParallel.forEach(keys, key -> write(store, key));
  }

  static byte[] read(ReplicaStore store, String key) throws IOException {
    try (InputStream in = store.open(key)) {
      return in.readAllBytes();
    }
  }

  static boolean exists(ReplicaStore store, String key) throws IOException {
    try {
      store.open(key).close();
      return true;
    } catch (NoSuchObjectException e) {
      return false;
    }
  }

  static List<String> keys(ListPage page) {
    return page.objects().stream().map(ObjectInfo::key).toList();
  }

  /** The keys of all pages, in the order in which they come. */
  static List<String> allKeys(ReplicaStore store, ListRequest first) throws IOException {
    var keys = new ArrayList<String>();
    for (ListPage page : Paging.all(store, first)) {
      keys.addAll(keys(page));
    }
    return keys;
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
