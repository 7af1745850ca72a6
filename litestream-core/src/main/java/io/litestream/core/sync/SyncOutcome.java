package io.litestream.core.sync;

/**
 * What one sync did.
 *
 * @param copied bytes of frames that were appended to the shadow WAL
 * @param uncommitted bytes of valid frames behind the last commit: a transaction under way
 * @param more whether it stopped at its limit and there may be more
 */
public record SyncOutcome(long copied, long uncommitted, boolean more) {}
