package io.litestream.testkit;

/**
 * What a test can make an adapter's store do, or what a store allows beyond the rules. Tests that
 * need one which is not declared are skipped and say so.
 */
public enum Capability {
  /** {@link StoreUnderTest#makeUndeletable} makes the store refuse to delete a key. */
  DENIES_DELETES("no delete can be made to be denied"),
  /** {@link StoreUnderTest#makeUncommittable} makes the commit of a key fail. */
  FAILS_COMMITS("no commit can be made to fail"),
  /** {@link StoreUnderTest#makeUnreachable} makes every request fail. */
  BECOMES_UNREACHABLE("the store cannot be made unreachable"),
  /** {@link StoreUnderTest#fallSilent} makes the store's server take requests without an answer. */
  FALLS_SILENT("the store cannot be made to keep silent"),
  /** {@link StoreUnderTest#leftovers} sees what takes up space and is no object. */
  SHOWS_LEFTOVERS("leftovers cannot be seen"),
  /** {@link StoreUnderTest#proxy} stands between the store and its server. */
  STANDS_BEHIND_A_PROXY("no proxy stands before the store's server"),
  /** {@link StoreUnderTest#secrets} names what the store must not give away. */
  HAS_SECRETS("the store is opened without credentials"),
  /**
   * An object {@code a} and an object {@code a/b} exist side by side. Where this is not declared,
   * the second is refused.
   */
  NESTS_KEYS("a key cannot also be a prefix of other keys in this store");

  private final String absence;

  Capability(String absence) {
    this.absence = absence;
  }

  /** Why a test is skipped where the capability is not declared. */
  String absence() {
    return absence;
  }
}
