package io.litestream.testkit;

import io.litestream.spi.ReplicaStore;
import io.litestream.spi.RequestObserver;
import java.util.function.Function;
import java.util.function.Supplier;

/** The store in memory, wrapped in one that breaks a rule. */
final class BrokenStore extends InMemoryUnderTest {

  private final Function<InMemoryStore, ReplicaStore> wrapping;

  private BrokenStore(Function<InMemoryStore, ReplicaStore> wrapping) {
    this.wrapping = wrapping;
  }

  static Supplier<StoreUnderTest> of(Function<InMemoryStore, ReplicaStore> wrapping) {
    return () -> new BrokenStore(wrapping);
  }

  @Override
  public ReplicaStore open(RequestObserver observer) {
    return wrapping.apply(store.reopen(observer));
  }
}
