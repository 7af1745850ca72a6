package io.litestream.testkit;

import io.litestream.spi.ReplicaStore;
import io.litestream.spi.RequestObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.Set;

/**
 * How an adapter's store is opened for one test, and what it can be made to do. Every test gets one
 * of its own, whose objects no other test sees; it begins without objects.
 */
public interface StoreUnderTest extends AutoCloseable {

  /**
   * Opens a store; the contract closes it. Called more than once in a test: each call leads to the
   * same objects, as another process would see them.
   */
  ReplicaStore open(RequestObserver observer) throws IOException;

  /** What is declared beyond the rules. */
  default Set<Capability> capabilities() {
    return Set.of();
  }

  /** How many bytes the store sends in one request before it begins another; 5 MiB if not told. */
  default int partSize() {
    return 5 << 20;
  }

  /**
   * Makes the store refuse to delete an object, which exists, until the test ends.
   *
   * @see Capability#DENIES_DELETES
   */
  default void makeUndeletable(String key) throws IOException {
    throw new UnsupportedOperationException(Capability.DENIES_DELETES.absence());
  }

  /**
   * Makes the commit of a key fail until the test ends. No object of that key exists. The failure
   * may also come earlier, from {@code create} or a write.
   *
   * @see Capability#FAILS_COMMITS
   */
  default void makeUncommittable(String key) throws IOException {
    throw new UnsupportedOperationException(Capability.FAILS_COMMITS.absence());
  }

  /**
   * Makes every request of the stores that are open fail until the test ends.
   *
   * @see Capability#BECOMES_UNREACHABLE
   */
  default void makeUnreachable() throws IOException {
    throw new UnsupportedOperationException(Capability.BECOMES_UNREACHABLE.absence());
  }

  /**
   * Makes the store's server take requests and not answer them, and stop in the middle of an answer
   * that it gives, until it is let go. If it stands behind a proxy, that does it.
   *
   * @see Capability#FALLS_SILENT
   */
  default StoreHold fallSilent() throws IOException {
    return proxy().hang();
  }

  /**
   * Names what takes up space in the store and is no object, such as unfinished uploads.
   *
   * @see Capability#SHOWS_LEFTOVERS
   */
  default Collection<String> leftovers() throws IOException {
    throw new UnsupportedOperationException(Capability.SHOWS_LEFTOVERS.absence());
  }

  /**
   * What every request of the stores passes through; begins without rules.
   *
   * @see Capability#STANDS_BEHIND_A_PROXY
   */
  default HttpFaultProxy proxy() {
    throw new UnsupportedOperationException(Capability.STANDS_BEHIND_A_PROXY.absence());
  }

  /**
   * By when a call has given up a server that is silent, with all its retries. Tests wait this long
   * several times, so that the stores are opened with short deadlines.
   */
  default Duration patience() {
    return Duration.ofSeconds(20);
  }

  /**
   * The texts that must never be shown: passwords, keys, tokens, not their public halves.
   *
   * @see Capability#HAS_SECRETS
   */
  default Collection<String> secrets() {
    throw new UnsupportedOperationException(Capability.HAS_SECRETS.absence());
  }

  /** Ends the test: undoes what was made to fail and removes the objects, where that is needed. */
  @Override
  default void close() throws IOException {}
}
