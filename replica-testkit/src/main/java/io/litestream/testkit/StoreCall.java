package io.litestream.testkit;

/**
 * One call that an {@link InMemoryStore} is about to carry out.
 *
 * @param key the key; of a listing, the prefix; of a batch of deletes, each key in turn
 * @param number its place among all calls of its operation, from 1
 */
public record StoreCall(StoreOperation operation, String key, long number) {}
