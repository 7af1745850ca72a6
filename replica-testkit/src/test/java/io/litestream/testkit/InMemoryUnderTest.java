package io.litestream.testkit;

import io.litestream.spi.ReplicaException.Kind;
import io.litestream.spi.ReplicaStore;
import io.litestream.spi.RequestObserver;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** The store in memory, which can be made to do everything but has no secrets and no network. */
class InMemoryUnderTest implements StoreUnderTest {

  final InMemoryStore store = new InMemoryStore();

  @Override
  public ReplicaStore open(RequestObserver observer) {
    return store.reopen(observer);
  }

  @Override
  public Set<Capability> capabilities() {
    return EnumSet.complementOf(
        EnumSet.of(Capability.HAS_SECRETS, Capability.STANDS_BEHIND_A_PROXY));
  }

  @Override
  public void makeUndeletable(String key) {
    store.denyDelete(key::equals);
  }

  @Override
  public void makeUncommittable(String key) {
    store.failWhen(
        call -> call.operation() == StoreOperation.COMMIT && call.key().equals(key),
        Kind.UNAVAILABLE);
  }

  @Override
  public void makeUnreachable() {
    // Writes are collected in memory; the request goes out with the commit.
    store.failWhen(
        call ->
            call.operation() != StoreOperation.CREATE && call.operation() != StoreOperation.WRITE,
        Kind.UNAVAILABLE);
  }

  @Override
  public StoreHold fallSilent() {
    return store.hold(call -> true);
  }

  @Override
  public Collection<String> leftovers() {
    return List.of();
  }
}
