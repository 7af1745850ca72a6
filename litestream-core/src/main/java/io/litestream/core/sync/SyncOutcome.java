package io.litestream.core.sync;

/**
 * What one sync did.
 *
 * @param copied bytes of frames
 * @param uncommitted bytes of a transaction that is under way
 * @param more whether it stopped at its limit and there may be more
 */
public record SyncOutcome(long copied, long uncommitted, boolean more) {}
