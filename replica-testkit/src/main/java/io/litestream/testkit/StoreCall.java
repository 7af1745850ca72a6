package io.litestream.testkit;

/**
 * One call that an {@link InMemoryStore} is about to carry out.
 *
 * @param key the key; of a listing, the prefix; of a batch of deletes, each key in turn
 * @param number the how-manieth call of its operation this is, from 1
 */
public record StoreCall(StoreOperation operation, String key, long number) {}
